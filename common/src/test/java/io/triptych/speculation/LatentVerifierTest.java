package io.triptych.speculation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.triptych.sampling.Categorical;
import io.triptych.sampling.SamplingParameters;
import io.triptych.speculation.Conformance.Draft;
import io.triptych.speculation.Conformance.Drawing;
import io.triptych.speculation.JacobiDrafter.Redraw;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** How far relaxed acceptance moves the distribution of the output, computed exactly, against its bound. */
class LatentVerifierTest {
    private static final double BOUND = 0.1;
    private static final double ROUNDING = 1e-12;
    private static final int[][] ALL_NEAR = {{1, 2, 3}, {0, 2, 3}, {1, 3, 0}, {2, 1, 0}};

    @Test
    void oneCodeStaysWithinTheBound() throws IOException {
        double within = 0;
        double uncapped = 0;
        int cases = 0;
        for (Drawing drawing : new Drawing[] {Drawing.INDEPENDENT, Drawing.POINT_MASSES}) {
            for (int seed = 0; seed < 30; seed++) {
                for (SamplingParameters parameters : VerifierConformanceTest.PARAMETERS) {
                    Conformance world = new Conformance(seed, 4, 1, parameters);
                    within = Math.max(within, ofOneCode(world, new LatentVerifier(ALL_NEAR, BOUND), drawing));
                    uncapped = Math.max(uncapped, ofOneCode(world, new LatentVerifier(ALL_NEAR, 1), drawing));
                    cases++;
                }
            }
        }
        new ConformanceReport(
                        "latent-neighbours",
                        Contract.RELAXED.label(),
                        "Jang et al., LANTERN: Accelerating visual autoregressive models with relaxed speculative decoding,"
                                + " 2025; total variation, bound " + BOUND,
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

    @Test
    void wholePicturesStayWithinTheBoundOfEachCode() {
        int[][] neighbours = {{1, 2}, {0, 2}, {1, 0}};
        int length = 3;
        double worst = 0;
        for (Redraw redraw : new Redraw[] {Redraw.FRESH, Redraw.COUPLED}) {
            for (int seed = 0; seed < 3; seed++) {
                Conformance world = new Conformance(seed, 3, length, SamplingParameters.ofTemperature(1));
                double variation = world.totalVariation(choices -> JacobiConformanceTest.generate(
                        world,
                        new LatentVerifier(neighbours, BOUND),
                        new JacobiDrafter(redraw, WindowInitialiser.random(), 3, choices, length),
                        2,
                        JacobiConformanceTest.WHOLE,
                        choices));
                worst = Math.max(worst, variation);
            }
        }
        assertThat(worst).isBetween(BOUND / 4, length * BOUND);
    }

    @Test
    void acceptsMoreBecauseNeighboursCount() {
        assertThat(acceptance(0)).isCloseTo(0.5, within(1e-6));
        assertThat(acceptance(BOUND)).isCloseTo(0.6, within(1e-6));
        assertThat(acceptance(1)).isCloseTo(0.9, within(1e-6));
    }

    @Test
    void isLosslessWithoutABound() {
        for (int seed = 0; seed < 10; seed++) {
            Conformance world = new Conformance(seed, 4, 2, SamplingParameters.ofTemperature(1));
            assertThat(world.deviation(new LatentVerifier(ALL_NEAR, 0), world.trees(2, 1, Drawing.INDEPENDENT), 2))
                    .isLessThan(1e-9);
        }
    }

    @Test
    void neverEmitsWhatTheProcessorsExclude() {
        TokenTree tree = new TokenTree(0);
        tree.add(TokenTree.ROOT, 1, 1, "guess");
        Categorical row = Categorical.ofLogits(new float[] {0, Float.NEGATIVE_INFINITY, 0, 0}, 1);
        Enumeration.run(choices -> {
            Verdict verdict = new LatentVerifier(ALL_NEAR, 1).verify(tree, node -> row, choices, 1);
            assertThat(verdict.path()).isEmpty();
            assertThat(verdict.next()).isNotEqualTo(1);
        });
    }

    @Test
    void findsTheNearestCodes() {
        float[][] codebook = {{0, 0}, {3, 4}, {1, 0}, {0, -1}};
        assertThat(LatentVerifier.nearest(codebook, 2)).isDeepEqualTo(new int[][] {{2, 3}, {2, 0}, {0, 3}, {0, 2}});
    }

    @Test
    void refusesWhatIsNoTotalVariation() {
        assertThatThrownBy(() -> new LatentVerifier(ALL_NEAR, 1.5)).hasMessageContaining("1.5");
    }

    private static double ofOneCode(Conformance world, Verifier verifier, Drawing drawing) {
        return world.totalVariation(choices -> {
            TokenHistory history = new TokenHistory(new int[] {0});
            Draft draft = world.trees(1, 1, drawing).create();
            TokenTree tree = draft.draw(choices, history);
            Verdict verdict = verifier.verify(tree, world.along(history, tree), choices, 1);
            history.append(verdict.path().length > 0 ? tree.token(1) : verdict.next());
            return history;
        });
    }

    /** Of a guess at a code with probability 0.5 whose only neighbour has 0.4. */
    private static double acceptance(double bound) {
        TokenTree tree = new TokenTree(0);
        tree.add(TokenTree.ROOT, 0, 1, "guess");
        float[] logits = {(float) Math.log(5), (float) Math.log(4), 0};
        Categorical row = Categorical.ofLogits(logits, 1);
        double[] accepted = {0};
        Enumeration.run(choices -> {
            Verdict verdict =
                    new LatentVerifier(new int[][] {{1}, {0}, {1}}, bound).verify(tree, node -> row, choices, 1);
            accepted[0] += verdict.path().length > 0 ? choices.probability() : 0;
        });
        return accepted[0];
    }
}
