package io.triptych.speculation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.triptych.sampling.Categorical;
import io.triptych.sampling.Randomness;
import io.triptych.sampling.SamplingParameters;
import io.triptych.speculation.JacobiDrafter.Redraw;
import io.triptych.speculation.MultiCandidateVerifier.Siblings;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * Whole generations by Jacobi windows, through as many iterations as they take: the distribution of the output, computed
 * exactly, against the target's; and of wrong variants, which differ.
 */
class JacobiConformanceTest {
    private static final int VOCABULARY = 3;
    private static final Verifier SPECULATIVE = new MultiCandidateVerifier(Siblings.WITHOUT_REPLACEMENT);
    private static final Function<Enumeration, Randomness> INDEPENDENT = choices -> choices;
    static final UnaryOperator<TokenTree> WHOLE = window -> window;

    private static final List<WindowInitialiser> INITIALISERS = List.of(
            WindowInitialiser.random(),
            WindowInitialiser.repeatLeft(),
            WindowInitialiser.repeatAbove(2),
            WindowInitialiser.redrawAbove(2),
            WindowInitialiser.likeAbove(2),
            NeighbourTableTest.random(2, VOCABULARY));

    private static final List<Shape> SHAPES = List.of(new Shape(3, 2, 3), new Shape(4, 2, 1), new Shape(4, 3, 1));

    /** Tokens of a picture, guesses in a window, and targets that are tried. */
    private record Shape(int length, int window, int seeds) {}

    @Test
    void sharedNoise() throws IOException {
        check(
                "jacobi-shared-noise",
                new ExactVerifier(),
                Redraw.SHARED_NOISE,
                SharedGumbel::new,
                "Song et al., Accelerating feedforward computation via parallel nonlinear equation solving, 2021",
                "draws again where no guess equals the target's draw",
                worst(new VerifierConformanceTest.RedrawingVerifier(), Redraw.SHARED_NOISE, SharedGumbel::new, WHOLE));
    }

    @Test
    void freshDraws() throws IOException {
        check(
                "jacobi-fresh",
                SPECULATIVE,
                Redraw.FRESH,
                INDEPENDENT,
                "Teng et al., Accelerating auto-regressive text-to-image generation with training-free speculative"
                        + " Jacobi decoding, 2025",
                "a window that ends before its first improbable guess",
                worst(SPECULATIVE, Redraw.FRESH, INDEPENDENT, JacobiConformanceTest::probableGuesses));
    }

    @Test
    void coupledDraws() throws IOException {
        check(
                "jacobi-coupled",
                SPECULATIVE,
                Redraw.COUPLED,
                INDEPENDENT,
                "the rule of Leviathan et al., 2023, continued behind the first rejection",
                "every guess kept, and said to be drawn from the newest distribution",
                worst(SPECULATIVE, Redraw.COUPLED, Relabelling::new, WHOLE));
    }

    /** Windows whose length depends on what their guesses were drawn from, as the budget's does. */
    @Test
    void windowsThatTheBudgetCuts() {
        double[] seconds = {1, 1.5, 2, 2.5};
        UnaryOperator<TokenTree> budget = new WindowBudget(new PassCost(seconds), 1, 3)::select;
        int[] cut = {0};
        UnaryOperator<TokenTree> counted = window -> {
            TokenTree part = budget.apply(window);
            cut[0] += part.size() < window.size() && part.size() > 1 ? 1 : 0;
            return part;
        };
        assertThat(worst(SPECULATIVE, Redraw.FRESH, INDEPENDENT, counted)).isLessThan(1e-9);
        assertThat(worst(SPECULATIVE, Redraw.COUPLED, INDEPENDENT, counted)).isLessThan(1e-9);
        assertThat(cut[0]).as("windows cut in their middle").isGreaterThan(1000);
    }

    /** The exact verifier holds for any guesses, however they are drawn. */
    @Test
    void exactVerificationOfFreshDraws() {
        assertThat(worst(new ExactVerifier(), Redraw.FRESH, INDEPENDENT, WHOLE)).isLessThan(1e-9);
    }

    /** How the noise of SharedGumbel is enumerated agrees with the formula for two draws that share it. */
    @Test
    void sharedGumbelNoiseIsEnumeratedExactly() {
        Categorical p = Categorical.ofLogits(new float[] {0, 1, 2}, 1);
        Categorical q = Categorical.ofLogits(new float[] {1.5f, 0, 0.5f}, 1);
        double[] equal = {0, 0};
        Enumeration.run(choices -> {
            SharedGumbel noise = new SharedGumbel(choices);
            if (noise.draw(p, 7) == noise.draw(q, 7)) {
                equal[0] += choices.probability();
            }
            noise.draw(p, 7);
            equal[1] += choices.probability();
        });
        double expected = 0; // the token i wins both with probability 1 / sum over j of max(p_j / p_i, q_j / q_i)
        for (int i = 0; i < 3; i++) {
            double sum = 0;
            for (int j = 0; j < 3; j++) {
                sum += Math.max(
                        p.probabilities()[j] / p.probabilities()[i], q.probabilities()[j] / q.probabilities()[i]);
            }
            expected += 1 / sum;
        }
        assertThat(equal[0]).isCloseTo(expected, within(1e-12));
        assertThat(equal[1]).isCloseTo(1, within(1e-12));
    }

    private static void check(
            String rule,
            Verifier verifier,
            Redraw redraw,
            Function<Enumeration, Randomness> noise,
            String paper,
            String control,
            double controlDeviation)
            throws IOException {
        double deviation = worst(verifier, redraw, noise, WHOLE);
        new ConformanceReport(
                        rule,
                        verifier.contract().label(),
                        paper,
                        "" + VOCABULARY,
                        "3 to 4",
                        cases(),
                        deviation,
                        control,
                        controlDeviation)
                .write();
        assertThat(deviation).isLessThan(1e-9);
        assertThat(controlDeviation).isGreaterThan(0.01);
    }

    private static int cases() {
        int seeds = SHAPES.stream().mapToInt(Shape::seeds).sum();
        return seeds * INITIALISERS.size() * VerifierConformanceTest.PARAMETERS.size();
    }

    private static double worst(
            Verifier verifier,
            Redraw redraw,
            Function<Enumeration, Randomness> noise,
            UnaryOperator<TokenTree> budget) {
        double worst = 0;
        for (Shape shape : SHAPES) {
            for (int seed = 0; seed < shape.seeds; seed++) {
                for (SamplingParameters parameters : VerifierConformanceTest.PARAMETERS) {
                    Conformance world = new Conformance(seed, VOCABULARY, shape.length, parameters);
                    for (WindowInitialiser initialiser : INITIALISERS) {
                        double deviation = world.deviation(choices -> {
                            Randomness randomness = noise.apply(choices);
                            JacobiDrafter drafter =
                                    new JacobiDrafter(redraw, initialiser, VOCABULARY, randomness, shape.length);
                            return generate(world, verifier, drafter, shape.window, budget, randomness);
                        });
                        worst = Math.max(worst, deviation);
                    }
                }
            }
        }
        return worst;
    }

    /** What the decoding loop does, over a world of the enumeration. */
    static TokenHistory generate(
            Conformance world,
            Verifier verifier,
            Drafter drafter,
            int window,
            UnaryOperator<TokenTree> budget,
            Randomness randomness) {
        TokenHistory history = new TokenHistory(new int[] {0});
        while (history.size() <= world.length()) {
            TokenTree tree = budget.apply(drafter.draft(history, window));
            TargetDistribution target = world.along(history, tree);
            for (int node = 0; node < tree.size(); node++) {
                target.after(node); // a pass scores all
            }
            Verdict verdict = verifier.verify(tree, target, randomness, history.size());
            for (int node : verdict.path()) {
                history.append(tree.token(node));
            }
            history.append(verdict.next());
            if (history.size() <= world.length()) {
                drafter.observe(history, tree, null, target, verdict);
            }
        }
        return history;
    }

    /** Wrong: whether a guess is scored depends on the guess. */
    private static TokenTree probableGuesses(TokenTree window) {
        TokenTree part = new TokenTree(window.token(TokenTree.ROOT));
        for (int node = 1; node < window.size(); node++) {
            double[] proposal = window.proposal(node);
            if (proposal != null && proposal[window.token(node)] < 0.4) {
                return part;
            }
            part.add(node - 1, window.token(node), window.confidence(node), window.source(node), proposal);
        }
        return part;
    }

    /** Wrong: a redraw that keeps every guess. */
    record Relabelling(Randomness inner) implements Randomness {
        @Override
        public int draw(Categorical distribution, long position) {
            return inner.draw(distribution, position);
        }

        @Override
        public boolean accept(double probability, long position, int trial) {
            return inner.accept(probability, position, trial);
        }

        @Override
        public int residual(double[] weights, long position) {
            return inner.residual(weights, position);
        }

        @Override
        public Randomness ofDrafts(int round) {
            Randomness drafts = inner.ofDrafts(round);
            return new Randomness() {
                @Override
                public int draw(Categorical distribution, long position) {
                    return drafts.draw(distribution, position);
                }

                @Override
                public boolean accept(double probability, long position, int trial) {
                    return true;
                }

                @Override
                public int residual(double[] weights, long position) {
                    return drafts.residual(weights, position);
                }

                @Override
                public Randomness ofDrafts(int inner) {
                    return drafts.ofDrafts(inner);
                }
            };
        }
    }
}
