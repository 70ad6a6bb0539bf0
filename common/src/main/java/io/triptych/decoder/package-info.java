/**
 * Decoders of the Llama family as targets of speculation. {@link io.triptych.decoder.LlamaDecoder} marshals passes; what a
 * pass computes stands in the resource {@code llama_decoder.py.txt} and the page of its precision.
 */
package io.triptych.decoder;
