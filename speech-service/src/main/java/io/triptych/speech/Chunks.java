package io.triptych.speech;

/**
 * How many frames become sound at once: few at first, so that the speech begins soon, then more and more, since a piece
 * that is being heard leaves time to make the next. It grows by less than the frames are faster to make than to hear.
 */
final class Chunks {
    /** The most frames of a piece. */
    static final int LARGEST = 25;

    private static final int FIRST = 3;

    private int next = FIRST;

    /** The size of the piece that is gathered now. */
    int frames() {
        return next;
    }

    /** Ends a piece. */
    void advance() {
        next = Math.min(LARGEST, next + (next + 1) / 2);
    }
}
