/**
 * Decoders of the Llama family as targets of speculation. {@link io.triptych.decoder.LlamaDecoder} marshals passes; what a
 * pass computes stands in the resource {@code llama_decoder.py.txt}, the page of its ends (what models of language and
 * models that draw have before and behind the layers) and the page of its precision.
 */
package io.triptych.decoder;
