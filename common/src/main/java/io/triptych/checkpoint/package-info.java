/**
 * Checkpoints in the layout of Hugging Face: a directory of {@code config.json}, {@code tokenizer.json} and weights in
 * the safetensors format. Strict: what is missing, left over, misshapen, truncated or not understood is refused with
 * the file and the tensor named. Read {@link io.triptych.checkpoint.CheckpointDirectory} first.
 */
package io.triptych.checkpoint;
