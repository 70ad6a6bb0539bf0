package io.triptych.speculation;

import java.util.Locale;

/** What a response promises about its output compared with plain decoding of the same target. */
public enum Contract {
    /** The same seed gives the same tokens as plain decoding, whatever was drafted. */
    EXACT,
    /** The same distribution as plain decoding, with other tokens for the same seed. */
    DISTRIBUTION,
    /** Lossy, with its bound named in the documentation of the verifier that was used. */
    RELAXED;

    /** The name used in requests, responses and metrics: {@code exact}, {@code distribution} or {@code relaxed}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
