package io.triptych.bench.image;

import io.triptych.image.ImageModel;
import io.triptych.speculation.ExactVerifier;
import io.triptych.speculation.JacobiDrafter.Redraw;
import io.triptych.speculation.MultiCandidateVerifier;
import io.triptych.speculation.MultiCandidateVerifier.Siblings;
import io.triptych.speculation.Verifier;
import io.triptych.speculation.WindowInitialiser;
import java.util.function.Function;

/**
 * A way to decode a picture.
 *
 * @param redraw null for plain decoding
 * @param beginning tells how its windows begin; null for plain decoding
 */
record ImageWay(String name, Redraw redraw, Verifier verifier, Function<ImageModel, WindowInitialiser> beginning) {
    /** The service's default. */
    static final int LONGEST_ADAPTIVE = 32;

    private static final Verifier SPECULATIVE = new MultiCandidateVerifier(Siblings.WITHOUT_REPLACEMENT);

    static final ImageWay PLAIN = new ImageWay("plain", null, new ExactVerifier(), null);

    /** Speculative Jacobi decoding as published, with its initialiser. */
    static final ImageWay SJD = new ImageWay("sjd", Redraw.FRESH, SPECULATIVE, model -> WindowInitialiser.random());

    static final ImageWay COUPLED = new ImageWay("coupled", Redraw.COUPLED, SPECULATIVE, ImageModel::initialiser);

    static final ImageWay EXACT =
            new ImageWay("exact", Redraw.SHARED_NOISE, new ExactVerifier(), ImageModel::initialiser);

    WindowInitialiser initialiser(ImageModel model) {
        return beginning.apply(model);
    }

    /** The same, but for how windows begin. */
    ImageWay beginning(String how, Function<ImageModel, WindowInitialiser> initialiser) {
        return new ImageWay(how, redraw, verifier, initialiser);
    }
}
