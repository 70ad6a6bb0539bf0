package io.triptych.speculation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.triptych.sampling.Randomness;
import io.triptych.sampling.SamplingParameters;
import io.triptych.speculation.Conformance.Draft;
import io.triptych.speculation.Conformance.DraftFactory;
import io.triptych.speculation.Conformance.Drawing;
import io.triptych.speculation.MultiCandidateVerifier.Siblings;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The output distribution of every rule, computed exactly, against the target's; and of wrong rules, which differ. */
class VerifierConformanceTest {
    private static final int SEEDS = 6;

    private static final Verifier SPECULATIVE = new MultiCandidateVerifier(Siblings.WITH_REPLACEMENT);
    private static final Verifier WITHOUT = new MultiCandidateVerifier(Siblings.WITHOUT_REPLACEMENT);

    static final List<SamplingParameters> PARAMETERS = List.of(
            SamplingParameters.ofTemperature(1),
            new SamplingParameters(Map.of(0, 0.5f), 1.3, 0.4, 0.3, 0.7, 0, 0.02, 0.95),
            new SamplingParameters(Map.of(), 1, 0.5, 0, 1.3, 3, 0, 1),
            SamplingParameters.ofTemperature(0));

    private static final List<Shape> CHAINS =
            List.of(new Shape(3, 4, 3, 1, 1), new Shape(5, 3, 2, 1, 1), new Shape(3, 3, 2, 1, 3));
    private static final List<Shape> TREES = List.of(new Shape(3, 3, 2, 2, 1), new Shape(4, 2, 1, 3, 2));

    /** Vocabulary, length of the output, depth and width of drafts, and passes before the target goes on alone. */
    private record Shape(int vocabulary, int length, int depth, int children, int passes) {}

    @Test
    void exact() throws IOException {
        check(
                "exact",
                new ExactVerifier(),
                "Daliri et al., Coupling without communication and drafter-invariant speculative decoding, 2024",
                TREES,
                Drawing.POINT_MASSES,
                "draws again where no draft equals the target's draw",
                worst(new RedrawingVerifier(), TREES, Drawing.POINT_MASSES));
    }

    @Test
    void speculativeSampling() throws IOException {
        check(
                "speculative-sampling",
                SPECULATIVE,
                "Leviathan et al., Fast inference from transformers via speculative decoding, 2023",
                CHAINS,
                Drawing.INDEPENDENT,
                "draws from the target instead of the residual after a rejection",
                worst(new NoResidualVerifier(), CHAINS, Drawing.INDEPENDENT));
    }

    @Test
    void severalCandidatesWithReplacement() throws IOException {
        check(
                "candidates-with-replacement",
                SPECULATIVE,
                "Miao et al., SpecInfer, 2024",
                TREES,
                Drawing.INDEPENDENT,
                "candidates chosen by top-k, said to be drawn",
                worst(SPECULATIVE, TREES, Drawing.TOP_RANKED));
    }

    @Test
    void severalCandidatesWithoutReplacement() throws IOException {
        check(
                "candidates-without-replacement",
                WITHOUT,
                "Jeon et al., Recursive speculative decoding, 2024",
                TREES,
                Drawing.WITHOUT_REPLACEMENT,
                "the proposal not renormalised over the untried tokens",
                worst(SPECULATIVE, TREES, Drawing.WITHOUT_REPLACEMENT));
    }

    @Test
    void specTr() throws IOException {
        check(
                "spectr-k-seq",
                new SpecTrVerifier(),
                "Sun et al., SpecTr: Fast speculative decoding via optimal transport, 2023",
                TREES,
                Drawing.INDEPENDENT,
                "candidates drawn without replacement",
                worst(new SpecTrVerifier(), TREES, Drawing.WITHOUT_REPLACEMENT));
    }

    @Test
    void block() throws IOException {
        check(
                "block",
                new BlockVerifier(),
                "Sun et al., Block verification accelerates speculative decoding, 2024",
                CHAINS,
                Drawing.INDEPENDENT,
                "a drafter that uses the noise of its draws again in the next pass",
                worst(new BlockVerifier(), CHAINS, Drawing.REUSED));
    }

    @Test
    void typicalAcceptanceIsLossyAndSaysSo() throws IOException {
        double deviation = worst(new TypicalVerifier(), TREES, Drawing.INDEPENDENT);
        assertThat(deviation).isGreaterThan(0.1);
        assertThat(new TypicalVerifier().contract()).isEqualTo(Contract.RELAXED);
        report("typical", new TypicalVerifier(), "Cai et al., Medusa, 2024", TREES, deviation, "none: lossy", 0);
    }

    @Test
    void typicalAcceptanceIsLosslessAtTemperatureZero() {
        for (Shape shape : TREES) {
            Conformance world = new Conformance(5, shape.vocabulary, shape.length, SamplingParameters.ofTemperature(0));
            DraftFactory drafts = world.trees(shape.depth, shape.children, Drawing.POINT_MASSES);
            assertThat(world.deviation(new TypicalVerifier(), drafts, shape.passes))
                    .isZero();
        }
    }

    /** Rules that stop at the first rejection never look at the draws behind it, which may therefore come again. */
    @Test
    void speculativeSamplingStandsReusedDraws() {
        assertThat(worst(SPECULATIVE, CHAINS, Drawing.REUSED)).isLessThan(1e-9);
    }

    /**
     * The Jacobi trap: the rejected tail of a window is kept, with the target's newest distribution for its proposal,
     * which it was not drawn from.
     */
    @Test
    void relabelledTailsAreBiased() {
        double worst = 0;
        for (int seed = 0; seed < 20; seed++) {
            Conformance world = new Conformance(seed, 3, 2, SamplingParameters.ofTemperature(1));
            worst = Math.max(worst, world.deviation(SPECULATIVE, () -> new RelabellingDraft(world), 2));
        }
        assertThat(worst).isGreaterThan(0.05);
    }

    @Test
    void reuseOfNoiseIsNoticed() {
        assertThatThrownBy(() -> Enumeration.run(choices -> {
                    choices.accept(0.5, 1, 0);
                    choices.accept(0.5, 1, 0);
                }))
                .hasMessageContaining("used twice");
    }

    private static void check(
            String rule,
            Verifier verifier,
            String paper,
            List<Shape> shapes,
            Drawing drawing,
            String control,
            double controlDeviation)
            throws IOException {
        double deviation = worst(verifier, shapes, drawing);
        report(rule, verifier, paper, shapes, deviation, control, controlDeviation);
        assertThat(deviation).isLessThan(1e-9);
        assertThat(controlDeviation).isGreaterThan(0.01);
    }

    private static double worst(Verifier verifier, List<Shape> shapes, Drawing drawing) {
        double worst = 0;
        for (Shape shape : shapes) {
            for (int seed = 0; seed < SEEDS; seed++) {
                for (SamplingParameters parameters : PARAMETERS) {
                    Conformance world = new Conformance(seed, shape.vocabulary, shape.length, parameters);
                    DraftFactory drafts = world.trees(shape.depth, shape.children, drawing);
                    worst = Math.max(worst, world.deviation(verifier, drafts, shape.passes));
                }
            }
        }
        return worst;
    }

    private static void report(
            String rule,
            Verifier verifier,
            String paper,
            List<Shape> shapes,
            double deviation,
            String control,
            double controlDeviation)
            throws IOException {
        new ConformanceReport(
                        rule,
                        verifier.contract().label(),
                        paper,
                        range(shapes, Shape::vocabulary),
                        range(shapes, Shape::length),
                        shapes.size() * SEEDS * PARAMETERS.size(),
                        deviation,
                        control,
                        controlDeviation)
                .write();
    }

    private static String range(List<Shape> shapes, Function<Shape, Integer> size) {
        int least = shapes.stream().map(size).min(Integer::compare).orElseThrow();
        int most = shapes.stream().map(size).max(Integer::compare).orElseThrow();
        return least == most ? "" + least : least + " to " + most;
    }

    /** Wrong: a second draw for a position whose first draw was refused for being in no draft. */
    static final class RedrawingVerifier implements Verifier {
        @Override
        public Contract contract() {
            return Contract.EXACT;
        }

        @Override
        public Verdict verify(TokenTree tree, TargetDistribution target, Randomness randomness, long position) {
            Verdict verdict = new ExactVerifier().verify(tree, target, randomness, position);
            int length = verdict.path().length;
            int node = length == 0 ? TokenTree.ROOT : verdict.path()[length - 1];
            int again = randomness.residual(target.after(node).probabilities(), position + length);
            return new Verdict(verdict.path(), verdict.bonus() ? verdict.next() : again, verdict.bonus());
        }
    }

    /** Wrong: after a rejection it draws from the target's whole distribution. */
    private static final class NoResidualVerifier implements Verifier {
        @Override
        public Contract contract() {
            return Contract.DISTRIBUTION;
        }

        @Override
        public Verdict verify(TokenTree tree, TargetDistribution target, Randomness randomness, long position) {
            Verdict verdict = SPECULATIVE.verify(tree, target, randomness, position);
            int length = verdict.path().length;
            int node = length == 0 ? TokenTree.ROOT : verdict.path()[length - 1];
            return verdict.bonus()
                    ? verdict
                    : new Verdict(verdict.path(), randomness.draw(target.after(node), position + length), false);
        }
    }

    /** Drafts two tokens; after a rejection of the first it drafts the second again under another proposal's name. */
    private static final class RelabellingDraft implements Draft {
        private final Conformance world;
        private TokenTree previous;
        private double[] relabelled;

        RelabellingDraft(Conformance world) {
            this.world = world;
        }

        @Override
        public TokenTree draw(Enumeration choices, TokenHistory history) {
            TokenTree tree = new TokenTree(history.last());
            if (previous == null) {
                int node = TokenTree.ROOT;
                for (int depth = 0; depth < 2; depth++) {
                    double[] proposal = world.proposal(Conformance.prefix(history, tree, node));
                    node = tree.add(node, choices.choose(proposal), 1, "window", proposal);
                }
                previous = tree;
                relabelled = world.along(history, tree).after(1).probabilities();
            } else {
                tree.add(TokenTree.ROOT, previous.token(2), 1, "window", relabelled);
            }
            return tree;
        }
    }
}
