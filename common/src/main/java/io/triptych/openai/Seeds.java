package io.triptych.openai;

import java.security.SecureRandom;

/** The seeds of requests that name none. */
public final class Seeds {
    /** They fit a JavaScript number, so that every client can send them back. */
    private static final long BOUND = 1L << 53;

    private static final SecureRandom RANDOM = new SecureRandom();

    private Seeds() {}

    /** The seed that a request names, or a new one if it is null. */
    public static long orDrawn(Long named) {
        return named == null ? RANDOM.nextLong(BOUND) : named;
    }
}
