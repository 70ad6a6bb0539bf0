package io.triptych.speech.codec;

/**
 * Makes sound of the frames of codes that a model speaks. Calls, those of the streams included, belong to one thread at
 * a time.
 */
public interface Codec extends AutoCloseable {
    /** Samples in a second. */
    int sampleRate();

    /** Samples that a frame becomes. */
    int samplesPerFrame();

    /** Codes in a frame. */
    int codebooks();

    /** Vectors of a codebook: codes are smaller. */
    int codes();

    /** Frames in a second. */
    default double frameRate() {
        return (double) sampleRate() / samplesPerFrame();
    }

    /** Begins a sound. The caller closes it. */
    Stream open();

    @Override
    void close();

    /** A sound that is decoded piece by piece, as if at once: what one piece leaves behind goes on in the next. */
    interface Stream extends AutoCloseable {
        /**
         * Decodes the frames that follow.
         *
         * @param frames of {@link #codebooks} codes each; any number of them
         * @return {@link #samplesPerFrame} samples a frame, about -1 to 1
         * @throws IllegalArgumentException for a frame of another length, or a code that the codec has no vector for
         */
        float[] decode(int[][] frames);

        @Override
        void close();
    }
}
