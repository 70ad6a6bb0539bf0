package io.triptych.speculation;

import static org.assertj.core.api.Assertions.assertThat;

import io.triptych.sampling.Categorical;
import io.triptych.sampling.Randomness;
import io.triptych.sampling.SamplingParameters;
import io.triptych.speculation.Conformance.Drawing;
import io.triptych.speculation.JacobiDrafter.Redraw;
import io.triptych.speculation.MultiCandidateVerifier.Siblings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * Frames of speech drafted in groups of codebooks, by heads that see a frame's codes so far and from the frame before: the
 * distribution of all frames, computed exactly, against the target's; and of wrong variants, which differ.
 */
class GroupConformanceTest {
    private static final int VOCABULARY = 3;
    private static final double BOUND = 0.1;
    private static final double ROUNDING = 1e-12;
    private static final Verifier SPECULATIVE = new MultiCandidateVerifier(Siblings.WITHOUT_REPLACEMENT);
    private static final Function<Enumeration, Randomness> INDEPENDENT = choices -> choices;
    private static final UnaryOperator<TokenTree> WHOLE = group -> group;

    /** Two frames of three codes; one of four and of five, where groups go on behind a rejection. */
    private static final List<Shape> SHAPES = List.of(new Shape(3, 6, 2), new Shape(4, 4, 3), new Shape(5, 5, 1));

    private static final List<Shape> FRAME_OF_FOUR = List.of(new Shape(4, 4, 3));

    /** Codes in a frame, codes in all, and targets that are tried. */
    private record Shape(int codebooks, int length, int seeds) {}

    @Test
    void sharedNoise() throws IOException {
        check(
                "group-shared-noise",
                new ExactVerifier(),
                Redraw.SHARED_NOISE,
                SharedGumbel::new,
                "draws again where no guess equals the target's draw",
                worst(
                        FRAME_OF_FOUR,
                        new VerifierConformanceTest.RedrawingVerifier(),
                        Redraw.SHARED_NOISE,
                        SharedGumbel::new,
                        WHOLE));
    }

    @Test
    void coupledDraws() throws IOException {
        check(
                "group-coupled",
                SPECULATIVE,
                Redraw.COUPLED,
                INDEPENDENT,
                "every guess kept, and said to be drawn from the newest distribution",
                worst(SHAPES, SPECULATIVE, Redraw.COUPLED, JacobiConformanceTest.Relabelling::new, WHOLE));
    }

    /** Groups whose size depends on what their guesses were drawn from, as the budget's does. */
    @Test
    void groupsThatTheBudgetCuts() {
        double[] seconds = {1, 1.5, 2, 2.5};
        UnaryOperator<TokenTree> budget = new WindowBudget(new PassCost(seconds), 1, 3)::select;
        int[] cut = {0};
        UnaryOperator<TokenTree> counted = group -> {
            TokenTree part = budget.apply(group);
            cut[0] += part.size() < group.size() ? 1 : 0;
            return part;
        };
        assertThat(worst(SHAPES, SPECULATIVE, Redraw.COUPLED, INDEPENDENT, counted))
                .isLessThan(1e-9);
        assertThat(cut[0]).as("groups that were cut").isGreaterThan(1000);
    }

    @Test
    void oneCodeByAcousticGroupsStaysWithinTheBound() throws IOException {
        AcousticGroups alike = new AcousticGroups(new int[][] {{0, 1}, {1, 2}, {0, 2, 3}}, 4);
        double within = 0;
        double uncapped = 0;
        int cases = 0;
        for (Drawing drawing : new Drawing[] {Drawing.INDEPENDENT, Drawing.POINT_MASSES}) {
            for (int seed = 0; seed < 30; seed++) {
                for (SamplingParameters parameters : VerifierConformanceTest.PARAMETERS) {
                    Conformance world = new Conformance(seed, 4, 1, parameters);
                    within = Math.max(within, ofOneCode(world, verifier(alike, BOUND), drawing));
                    uncapped = Math.max(uncapped, ofOneCode(world, verifier(alike, 1), drawing));
                    cases++;
                }
            }
        }
        new ConformanceReport(
                        "acoustic-groups",
                        Contract.RELAXED.label(),
                        "Yanuka et al., Principled coarse-grained acceptance for speculative decoding in speech, 2025;"
                                + " total variation, bound " + BOUND,
                        "4",
                        "1",
                        cases,
                        within,
                        "no cap on the mass that is moved",
                        uncapped)
                .write();
        assertThat(within).isBetween(BOUND - 1e-6, BOUND + ROUNDING);
        assertThat(uncapped).isGreaterThan(3 * BOUND);
    }

    /** Of the codebooks 0, 1 and 2 of a frame only the last two are relaxed, and of these the last is never drafted. */
    @Test
    void framesByAcousticGroupsStayWithinTheBoundOfTheirLateCodes() {
        AcousticGroups alike = new AcousticGroups(new int[][] {{0, 1}, {1, 2}}, VOCABULARY);
        AcousticGroups[] late = {null, alike, alike};
        double worst = 0;
        for (int seed = 0; seed < 4; seed++) {
            Conformance world = new Conformance(seed, VOCABULARY, 6, SamplingParameters.ofTemperature(1));
            for (WindowInitialiser initialiser : initialisers(world, 3)) {
                worst = Math.max(
                        worst,
                        world.totalVariation(choices -> generate(
                                world,
                                new AcousticGroupVerifier(late, 1, BOUND),
                                drafter(Redraw.COUPLED, initialiser, 3, choices, 6),
                                WHOLE,
                                choices)));
            }
        }
        assertThat(worst).isBetween(BOUND / 4, 2 * BOUND);
    }

    /** Where the early codebooks alone are drafted, nothing is lost. */
    @Test
    void earlyCodesKeepTheirDistribution() {
        AcousticGroups alike = new AcousticGroups(new int[][] {{0, 1}, {1, 2}}, VOCABULARY);
        AcousticGroups[] late = {null, null, alike};
        Conformance world = new Conformance(1, VOCABULARY, 6, SamplingParameters.ofTemperature(1));
        for (WindowInitialiser initialiser : initialisers(world, 3)) {
            assertThat(world.deviation(choices -> generate(
                            world,
                            new AcousticGroupVerifier(late, 1, 1),
                            drafter(Redraw.COUPLED, initialiser, 3, choices, 6),
                            WHOLE,
                            choices)))
                    .isLessThan(1e-9);
        }
    }

    private static AcousticGroupVerifier verifier(AcousticGroups alike, double bound) {
        return new AcousticGroupVerifier(new AcousticGroups[] {alike}, 1, bound);
    }

    private static double ofOneCode(Conformance world, Verifier verifier, Drawing drawing) {
        return world.totalVariation(choices -> {
            TokenHistory history = new TokenHistory(new int[] {0});
            TokenTree tree = world.trees(1, 1, drawing).create().draw(choices, history);
            Verdict verdict = verifier.verify(tree, world.along(history, tree), choices, 1);
            history.append(verdict.path().length > 0 ? tree.token(1) : verdict.next());
            return history;
        });
    }

    private static void check(
            String rule,
            Verifier verifier,
            Redraw redraw,
            Function<Enumeration, Randomness> noise,
            String control,
            double controlDeviation)
            throws IOException {
        double deviation = worst(SHAPES, verifier, redraw, noise, WHOLE);
        new ConformanceReport(
                        rule,
                        verifier.contract().label(),
                        "groups of codebooks on Jacobi windows; Song et al., 2021; Leviathan et al., 2023",
                        "" + VOCABULARY,
                        "1 to 3",
                        SHAPES.stream().mapToInt(Shape::seeds).sum() * 2 * VerifierConformanceTest.PARAMETERS.size(),
                        deviation,
                        control,
                        controlDeviation)
                .write();
        assertThat(deviation).isLessThan(1e-9);
        assertThat(controlDeviation).isGreaterThan(0.01);
    }

    private static double worst(
            List<Shape> shapes,
            Verifier verifier,
            Redraw redraw,
            Function<Enumeration, Randomness> noise,
            UnaryOperator<TokenTree> budget) {
        double worst = 0;
        for (Shape shape : shapes) {
            for (int seed = 0; seed < shape.seeds; seed++) {
                for (SamplingParameters parameters : VerifierConformanceTest.PARAMETERS) {
                    Conformance world = new Conformance(seed, VOCABULARY, shape.length, parameters);
                    for (WindowInitialiser initialiser : initialisers(world, shape.codebooks)) {
                        double deviation = world.deviation(choices -> {
                            Randomness randomness = noise.apply(choices);
                            return generate(
                                    world,
                                    verifier,
                                    drafter(redraw, initialiser, shape.codebooks, randomness, shape.length),
                                    budget,
                                    randomness);
                        });
                        worst = Math.max(worst, deviation);
                    }
                }
            }
        }
        return worst;
    }

    private static TokenHistory generate(
            Conformance world,
            Verifier verifier,
            Drafter drafter,
            UnaryOperator<TokenTree> budget,
            Randomness randomness) {
        return JacobiConformanceTest.generate(world, verifier, drafter, VOCABULARY + 1, budget, randomness);
    }

    private static GroupDrafter drafter(
            Redraw redraw, WindowInitialiser initialiser, int codebooks, Randomness randomness, int length) {
        return new GroupDrafter(
                "group",
                redraw,
                initialiser,
                codebooks,
                VOCABULARY,
                randomness,
                length,
                GroupDrafter.acceptance(codebooks));
    }

    private static List<WindowInitialiser> initialisers(Conformance world, int codebooks) {
        return List.of(WindowInitialiser.previousFrame(codebooks), heads(world, codebooks));
    }

    /** Of each codebook what its head says of the frame's codes before. */
    private static WindowInitialiser heads(Conformance world, int codebooks) {
        return new WindowInitialiser() {
            @Override
            public Categorical guess(int position, Known known) {
                List<Integer> seen = new ArrayList<>(List.of(position, codebooks));
                for (int before = position - position % codebooks; before < position; before++) {
                    seen.add(known.token(before));
                }
                double[] proposal = world.proposal(seen);
                float[] logits = new float[proposal.length];
                for (int code = 0; code < logits.length; code++) {
                    logits[code] = (float) Math.log(proposal[code]);
                }
                return Categorical.ofLogits(logits, 1);
            }

            @Override
            public boolean knowsBetter() {
                return true;
            }
        };
    }
}
