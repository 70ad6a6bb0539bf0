package io.triptych.text.draft;

import static org.assertj.core.api.Assertions.assertThat;

import io.triptych.sampling.CounterRandom;
import io.triptych.sampling.SamplingParameters;
import io.triptych.speculation.BudgetController;
import io.triptych.speculation.Contract;
import io.triptych.speculation.DecodingLoop;
import io.triptych.speculation.Drafter;
import io.triptych.speculation.LogitsPipeline;
import io.triptych.speculation.MultiCandidateVerifier;
import io.triptych.speculation.PassCost;
import io.triptych.speculation.Sequence;
import io.triptych.speculation.TokenTree;
import io.triptych.speculation.Verdict;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Two tokens after a fixed prompt, drawn with many seeds, against their exact joint distribution. */
class DistributionContractTest {
    private static final int VOCABULARY = 5;
    private static final int RUNS = 20_000;
    private static final int[] PROMPT = {1, 2, 3, 1, 2};

    private final ToyTarget target = new ToyTarget(VOCABULARY, 512, 11, 0.7, 0);
    private final ToyTarget draftModel = new ToyTarget(VOCABULARY, 512, 11, 0.7, 0.8);
    private final PassCost cost = new PassCost(
            IntStream.rangeClosed(1, 64).mapToDouble(rows -> 1 + 0.02 * rows).toArray());
    private final TextDrafters drafters = new TextDrafters(draftModel, null, cost, VOCABULARY);

    @Test
    void theFusionKeepsTheDistribution() {
        int passes = 0;
        double[][] counts = new double[VOCABULARY][VOCABULARY];
        for (int seed = 0; seed < RUNS; seed++) {
            passes += count(counts, seed, BudgetController.fixed(6));
        }
        assertThat(passes).as("passes for %s tokens", 2 * RUNS).isLessThan(2 * RUNS * 4 / 5);
        assertThat(chiSquare(counts)).isLessThan(60);
    }

    /** What a budget that drops the improbable draws would do. */
    @Test
    void aPrunedDraftWouldNot() {
        BudgetController pruning = new BudgetController() {
            @Override
            public int allowance() {
                return 6;
            }

            @Override
            public TokenTree select(TokenTree draft) {
                TokenTree pruned = new TokenTree(draft.token(TokenTree.ROOT));
                for (int c = draft.firstChild(TokenTree.ROOT); c != TokenTree.NONE; c = draft.nextSibling(c)) {
                    double[] proposal = draft.proposal(c);
                    if (proposal[draft.token(c)] > 0.25) {
                        pruned.add(TokenTree.ROOT, draft.token(c), draft.confidence(c), draft.source(c), proposal);
                    }
                }
                return pruned;
            }

            @Override
            public void observe(TokenTree scored, Verdict verdict, double draftSeconds, double passSeconds) {}
        };
        double[][] counts = new double[VOCABULARY][VOCABULARY];
        for (int seed = 0; seed < RUNS; seed++) {
            count(counts, seed, pruning);
        }
        assertThat(chiSquare(counts)).isGreaterThan(150);
    }

    private int count(double[][] counts, int seed, BudgetController budget) {
        SamplingParameters sampling = SamplingParameters.ofTemperature(1);
        CounterRandom random = new CounterRandom(seed);
        Drafter drafter = drafters.create(
                List.of("draft-model", "suffix-automaton"), new DraftContext(Contract.DISTRIBUTION, sampling, random));
        int[] tokens = new int[2];
        int[] taken = {0};
        try (Sequence sequence = new Sequence(
                PROMPT,
                target.open(),
                drafter,
                budget,
                new MultiCandidateVerifier(MultiCandidateVerifier.Siblings.WITHOUT_REPLACEMENT),
                new LogitsPipeline(sampling),
                random,
                (token, source, logits) -> {
                    tokens[taken[0]++] = token;
                    return true;
                },
                2)) {
            new DecodingLoop(target).run(List.of(sequence));
            counts[tokens[0]][tokens[1]]++;
            return (int) sequence.stats().passes();
        }
    }

    /** Of 24 degrees of freedom: 60 is exceeded by chance once in 15,000 times. */
    private double chiSquare(double[][] counts) {
        double sum = 0;
        double[] first = target.probabilitiesAfter(PROMPT[3], PROMPT[4]);
        for (int a = 0; a < VOCABULARY; a++) {
            double[] second = target.probabilitiesAfter(PROMPT[4], a);
            for (int b = 0; b < VOCABULARY; b++) {
                double expected = RUNS * first[a] * second[b];
                sum += (counts[a][b] - expected) * (counts[a][b] - expected) / expected;
            }
        }
        return sum;
    }
}
