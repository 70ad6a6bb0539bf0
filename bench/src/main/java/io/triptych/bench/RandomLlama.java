package io.triptych.bench;

import io.triptych.decoder.LlamaConfig;
import io.triptych.decoder.LlamaWeights;
import io.triptych.sampling.CounterRandom;
import java.util.Arrays;
import java.util.List;

/** Llama decoders with random weights: what a step costs does not depend on what the weights are. */
final class RandomLlama {
    private static final double ROPE_BASE = 10_000;

    private RandomLlama() {}

    /** The shape of 110 million parameters at which we compare ourselves with others. */
    static LlamaConfig shape110M() {
        int headSize = 64;
        double[] inverseFrequencies = new double[headSize / 2];
        for (int pair = 0; pair < inverseFrequencies.length; pair++) {
            inverseFrequencies[pair] = Math.pow(ROPE_BASE, -2.0 * pair / headSize);
        }
        return new LlamaConfig(
                "llama",
                16_000,
                768,
                2048,
                12,
                12,
                12,
                headSize,
                1e-5,
                1024,
                inverseFrequencies,
                false,
                false,
                false,
                -1,
                List.of());
    }

    /** Matrices uniform with variance 1 / columns, so that activations neither grow nor fade; vectors of ones. */
    static LlamaWeights weights(long seed) {
        return (name, shape) -> {
            if (shape.length == 1) {
                return (fromElement, destination, offset, count) ->
                        Arrays.fill(destination, offset, offset + count, 1f);
            }
            CounterRandom random = new CounterRandom(seed + name.hashCode());
            double width = 2 * Math.sqrt(3.0 / shape[1]);
            return (fromElement, destination, offset, count) -> {
                for (int i = 0; i < count; i++) {
                    double uniform = random.uniform(CounterRandom.Stream.DRAFT, fromElement + i, 0);
                    destination[offset + i] = (float) ((uniform - 0.5) * width);
                }
            };
        };
    }
}
