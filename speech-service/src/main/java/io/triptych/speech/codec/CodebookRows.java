package io.triptych.speech.codec;

/** Codes as rows of one table, in which the vectors of all codebooks stand one below the other. */
final class CodebookRows {
    private CodebookRows() {}

    /**
     * The rows of all frames, frame by frame.
     *
     * @throws IllegalArgumentException for a frame of another length, or a code that the codec has no vector for
     */
    static long[] of(Codec codec, int[][] frames) {
        long[] rows = new long[frames.length * codec.codebooks()];
        int at = 0;
        for (int[] frame : frames) {
            if (frame.length != codec.codebooks()) {
                throw new IllegalArgumentException(
                        "a frame of " + frame.length + " codes, but there are " + codec.codebooks() + " codebooks");
            }
            for (int codebook = 0; codebook < frame.length; codebook++) {
                if (frame[codebook] < 0 || frame[codebook] >= codec.codes()) {
                    throw new IllegalArgumentException(
                            "code " + frame[codebook] + " is not in a codebook of " + codec.codes());
                }
                rows[at++] = (long) codebook * codec.codes() + frame[codebook];
            }
        }
        return rows;
    }
}
