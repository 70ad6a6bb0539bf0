package io.triptych.bench.image;

import io.triptych.speculation.ExactVerifier;
import io.triptych.speculation.JacobiDrafter.Redraw;
import io.triptych.speculation.MultiCandidateVerifier;
import io.triptych.speculation.MultiCandidateVerifier.Siblings;
import io.triptych.speculation.Verifier;
import io.triptych.speculation.WindowInitialiser;
import java.util.function.IntFunction;

/**
 * A way to decode a picture.
 *
 * @param redraw null for plain decoding
 * @param byWidth makes the initialiser of its windows for the width of a grid; null for plain decoding
 */
record ImageWay(String name, Redraw redraw, Verifier verifier, IntFunction<WindowInitialiser> byWidth) {
    /** The service's default. */
    static final int LONGEST_ADAPTIVE = 32;

    private static final Verifier SPECULATIVE = new MultiCandidateVerifier(Siblings.WITHOUT_REPLACEMENT);

    static final ImageWay PLAIN = new ImageWay("plain", null, new ExactVerifier(), null);

    /** Speculative Jacobi decoding as published, with its initialiser. */
    static final ImageWay SJD = new ImageWay("sjd", Redraw.FRESH, SPECULATIVE, width -> WindowInitialiser.random());

    static final ImageWay COUPLED = new ImageWay("coupled", Redraw.COUPLED, SPECULATIVE, WindowInitialiser::likeAbove);

    static final ImageWay EXACT =
            new ImageWay("exact", Redraw.SHARED_NOISE, new ExactVerifier(), WindowInitialiser::likeAbove);

    WindowInitialiser initialiser(int width) {
        return byWidth.apply(width);
    }

    /** The same, but for how windows begin. */
    ImageWay beginning(String how, IntFunction<WindowInitialiser> initialiser) {
        return new ImageWay(how, redraw, verifier, initialiser);
    }
}
