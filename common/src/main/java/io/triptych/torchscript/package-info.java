/** Native programs from Java: {@link io.triptych.torchscript.TorchScriptArchive} writes what PyTorch's engine loads. */
package io.triptych.torchscript;
