package io.triptych.speculation;

import static org.assertj.core.api.Assertions.assertThat;

import io.triptych.sampling.Categorical;
import io.triptych.sampling.CounterRandom;
import io.triptych.sampling.Randomness;
import io.triptych.sampling.SamplingParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The exact contract under the noise that requests use; its distribution is enumerated elsewhere. */
class ExactVerifierTest {
    private static final int VOCABULARY = 4;
    private static final int LENGTH = 3;

    @Test
    void emitsThePlainTokensForAnyTree() {
        assertThat(differences(new ExactVerifier())).isZero();
    }

    @Test
    void noiseKeyedByTheOrderOfTheDraftDoesNot() {
        assertThat(differences(new DraftOrderVerifier())).isGreaterThan(100);
    }

    @Test
    void outputHasTheTargetsDistribution() {
        Conformance world = new Conformance(9, VOCABULARY, LENGTH, SamplingParameters.ofTemperature(1));
        int runs = 40_000;
        int[] counts = new int[VOCABULARY * VOCABULARY];
        for (int seed = 0; seed < runs; seed++) {
            List<Integer> tokens = generate(world, new ExactVerifier(), seed, new Random(seed));
            counts[tokens.get(0) * VOCABULARY + tokens.get(1)]++;
        }
        TokenTree root = new TokenTree(0);
        double[] first =
                world.along(new TokenHistory(new int[] {0}), root).after(0).probabilities();
        double chiSquare = 0;
        for (int a = 0; a < VOCABULARY; a++) {
            TokenHistory history = new TokenHistory(new int[] {0});
            history.append(a);
            double[] second = world.along(history, new TokenTree(a)).after(0).probabilities();
            for (int b = 0; b < VOCABULARY; b++) {
                double expected = runs * first[a] * second[b];
                int count = counts[a * VOCABULARY + b];
                if (expected == 0) {
                    assertThat(count).isZero();
                } else {
                    chiSquare += (count - expected) * (count - expected) / expected;
                }
            }
        }
        assertThat(chiSquare).isLessThan(37.7); // 0.1 % of 15 degrees of freedom; the seeds are fixed
    }

    private static int differences(Verifier verifier) {
        int differences = 0;
        for (int seed = 0; seed < 2000; seed++) {
            Conformance world = new Conformance(seed, VOCABULARY, LENGTH, SamplingParameters.ofTemperature(1));
            List<Integer> plain = generate(world, verifier, seed, null);
            List<Integer> speculative = generate(world, verifier, seed, new Random(seed));
            differences += plain.equals(speculative) ? 0 : 1;
        }
        return differences;
    }

    /** @param drafts null for no drafts */
    private static List<Integer> generate(Conformance world, Verifier verifier, long seed, Random drafts) {
        Randomness noise = new CounterRandom(seed);
        TokenHistory history = new TokenHistory(new int[] {0});
        while (history.size() <= LENGTH) {
            TokenTree tree = new TokenTree(history.last());
            for (int i = 0; drafts != null && i < 8; i++) {
                tree.add(drafts.nextInt(tree.size()), drafts.nextInt(VOCABULARY), 1, "random");
            }
            Verdict verdict = verifier.verify(tree, world.along(history, tree), noise, history.size());
            for (int node : verdict.path()) {
                history.append(tree.token(node));
            }
            history.append(verdict.next());
        }
        List<Integer> tokens = new ArrayList<>();
        for (int i = 1; i <= LENGTH; i++) {
            tokens.add(history.get(i));
        }
        return tokens;
    }

    /** Wrong: noise by the number of the node, as a generator that is advanced in the order of the draft would give. */
    private static final class DraftOrderVerifier implements Verifier {
        @Override
        public Contract contract() {
            return Contract.EXACT;
        }

        @Override
        public Verdict verify(TokenTree tree, TargetDistribution target, Randomness randomness, long position) {
            Randomness byNode = new Randomness() {
                private long draws;

                @Override
                public int draw(Categorical distribution, long ignored) {
                    return randomness.draw(distribution, position + tree.size() + draws++);
                }

                @Override
                public boolean accept(double probability, long at, int trial) {
                    return randomness.accept(probability, at, trial);
                }

                @Override
                public int residual(double[] weights, long at) {
                    return randomness.residual(weights, at);
                }

                @Override
                public Randomness ofDrafts(int round) {
                    return randomness.ofDrafts(round);
                }
            };
            return new ExactVerifier().verify(tree, target, byNode, position);
        }
    }
}
