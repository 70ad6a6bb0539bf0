package io.triptych.decoder;

import java.util.List;

/**
 * The shape of a decoder of the Llama family: pre-norm blocks of grouped-query attention with rotary positions and a
 * gated SiLU feed-forward (Touvron et al., 2023). Qwen2 adds biases to q, k and v; Qwen3 normalises each head's query
 * and key instead; Mistral is Llama with other numbers.
 *
 * @param family {@code model_type} of the checkpoint
 * @param hiddenSize width of the residual stream
 * @param feedForwardSize width inside the feed-forward
 * @param headSize width of one head, not necessarily {@code hiddenSize / heads}
 * @param maximumPositions the longest sequence that the checkpoint was made for, a sliding window taken into account
 * @param inverseFrequencies rotary angle per position of each of the {@code headSize / 2} pairs, scaling included
 * @param ropeAmplitude factor on sines and cosines that the scaling asks for; 1 for most
 * @param queryKeyValueBias whether q, k and v have biases (Qwen2)
 * @param queryKeyNorm whether queries and keys are normalised per head (Qwen3)
 * @param tiedEmbeddings whether the output layer is the embedding
 * @param bosToken first token of a sequence, or -1 if the family has none
 * @param eosTokens tokens that end a sequence
 */
public record LlamaConfig(
        String family,
        int vocabularySize,
        int hiddenSize,
        int feedForwardSize,
        int layers,
        int heads,
        int keyValueHeads,
        int headSize,
        double normEpsilon,
        int maximumPositions,
        double[] inverseFrequencies,
        double ropeAmplitude,
        boolean queryKeyValueBias,
        boolean queryKeyNorm,
        boolean tiedEmbeddings,
        int bosToken,
        List<Integer> eosTokens) {}
