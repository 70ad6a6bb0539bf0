package io.triptych.decoder;

import java.util.List;
import java.util.Random;

/** Weights drawn anew for every name, the same each time, and the configurations that tests use them with. */
final class RandomWeights implements LlamaWeights {
    @Override
    public Tensor tensor(String name, long... shape) {
        int size = 1;
        for (long s : shape) {
            size = Math.toIntExact(size * s);
        }
        float[] values = new float[size];
        Random random = new Random(name.hashCode());
        double deviation = shape.length == 1 || name.contains("embed") ? 1 : 1 / Math.sqrt(shape[1]);
        for (int i = 0; i < size; i++) {
            double value = random.nextGaussian();
            values[i] = (float) (name.contains("norm") ? 1 + 0.3 * value : deviation * value);
        }
        return (from, destination, offset, count) ->
                System.arraycopy(values, Math.toIntExact(from), destination, offset, count);
    }

    /** Grouped-query attention and the given extras, in widths that are no powers of two. */
    static LlamaConfig config(boolean bias, boolean queryKeyNorm, boolean tied) {
        return config(251, 96, 176, 3, 6, 2, 16, bias, queryKeyNorm, tied);
    }

    /** A model that draws on a grid of 8 x 8 around the same layers. */
    static JanusConfig janus(LlamaConfig text, int codes) {
        return new JanusConfig(text, new JanusConfig.Vq(codes, 8, 32, 32, List.of(1, 2), 1), 2, 8, 0, 1, 2);
    }

    /** A model that speaks, its depth decoder narrower than its backbone. */
    static CsmConfig csm(int codebooks, int codes) {
        return new CsmConfig(
                config(151, 96, 176, 2, 6, 2, 16, false, false, false),
                config(codes, 64, 112, 2, 4, 2, 16, false, false, false),
                codebooks,
                codes,
                0,
                false);
    }

    static LlamaConfig config(
            int vocabulary,
            int hidden,
            int feedForward,
            int layers,
            int heads,
            int keyValueHeads,
            int headSize,
            boolean bias,
            boolean queryKeyNorm,
            boolean tied) {
        double[] frequencies = new double[headSize / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = Math.pow(10000, -2.0 * i / headSize);
        }
        return new LlamaConfig(
                "llama",
                vocabulary,
                hidden,
                feedForward,
                layers,
                heads,
                keyValueHeads,
                headSize,
                1e-5,
                4096,
                frequencies,
                bias,
                queryKeyNorm,
                tied,
                -1,
                List.of());
    }
}
