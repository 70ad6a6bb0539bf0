package io.triptych.bench.speech;

import io.triptych.speech.codec.Codec;

/** Stands for a codec, takes no time and leaves codes as they are: a sample for each. */
record CodesAsSound(int codebooks, int codes) implements Codec {
    @Override
    public int sampleRate() {
        return codebooks;
    }

    @Override
    public int samplesPerFrame() {
        return codebooks;
    }

    @Override
    public Stream open() {
        return new Stream() {
            @Override
            public float[] decode(int[][] frames) {
                float[] samples = new float[frames.length * codebooks];
                for (int i = 0; i < samples.length; i++) {
                    samples[i] = frames[i / codebooks][i % codebooks];
                }
                return samples;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void close() {}
}
