package io.triptych.speculation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.triptych.sampling.CounterRandom;
import io.triptych.sampling.SamplingParameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class DecodingLoopTest {
    private static final int TOKENS = 40;
    private static final SamplingParameters FULL =
            new SamplingParameters(Map.of(3, 1f), 1.2, 0.3, 0.2, 0.9, 12, 0.01, 0.95);

    private final ToyTarget target = new ToyTarget(16, 256, 2);
    private final DecodingLoop loop = new DecodingLoop(target);

    /** Takes everything until a token, if any. */
    private static final class Collector implements TokenSink {
        private final int last;
        private final List<Integer> tokens = new ArrayList<>();
        private final List<String> sources = new ArrayList<>();
        private int passes;

        Collector(int last) {
            this.last = last;
        }

        @Override
        public boolean accept(int token, String source, Supplier<float[]> logits) {
            tokens.add(token);
            sources.add(source);
            return token != last;
        }

        @Override
        public void passEnded(TokenTree tree, Verdict verdict) {
            passes++;
        }
    }

    private Sequence sequence(Drafter drafter, SamplingParameters parameters, long seed, TokenSink sink, int tokens) {
        return new Sequence(
                new int[] {1, (int) (seed % 7), 3},
                target.open(),
                drafter,
                BudgetController.fixed(12),
                new ExactVerifier(),
                new LogitsPipeline(parameters),
                new CounterRandom(seed),
                sink,
                tokens);
    }

    private List<Integer> generate(Drafter drafter, SamplingParameters parameters, long seed) {
        Collector sink = new Collector(-1);
        try (Sequence sequence = sequence(drafter, parameters, seed, sink, TOKENS)) {
            loop.run(List.of(sequence));
        }
        return sink.tokens;
    }

    @Test
    void speculationChangesNoToken() {
        for (SamplingParameters parameters :
                List.of(SamplingParameters.ofTemperature(0), SamplingParameters.ofTemperature(1), FULL)) {
            for (long seed = 0; seed < 60; seed++) {
                List<Integer> plain = generate(Drafter.none(), parameters, seed);
                assertThat(plain).hasSize(TOKENS);
                for (double skill : new double[] {0, 0.97, 1}) {
                    RandomDrafter drafter = new RandomDrafter("random", target, skill, seed);
                    assertThat(generate(drafter, parameters, seed)).isEqualTo(plain);
                }
            }
        }
    }

    @Test
    void aRightDrafterSavesPasses() {
        Collector sink = new Collector(-1);
        Drafter drafter = new RandomDrafter("right", target, 1, 4);
        try (Sequence sequence = sequence(drafter, SamplingParameters.ofTemperature(0), 4, sink, TOKENS)) {
            loop.run(List.of(sequence));
            assertThat(sequence.stats().passes()).isLessThan(TOKENS / 2);
        }
    }

    @Test
    void sequencesOfOnePassAreWhatTheyAreAlone() {
        List<Sequence> sequences = new ArrayList<>();
        List<Collector> sinks = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            sinks.add(new Collector(-1));
            sequences.add(sequence(new RandomDrafter("r", target, 0.97, i), FULL, i, sinks.get(i), TOKENS - 5 * i));
        }
        loop.run(sequences);
        sequences.forEach(Sequence::close);
        assertThat(target.mostSteps()).isEqualTo(7);
        assertThat(target.openSessions()).isZero();
        for (int i = 0; i < 7; i++) {
            assertThat(sinks.get(i).tokens)
                    .isEqualTo(generate(Drafter.none(), FULL, i).subList(0, TOKENS - 5 * i));
        }
    }

    @Test
    void aSinkEndsTheSequenceInsideAnAcceptedBlock() {
        int inside = 0;
        for (long seed = 0; seed < 30; seed++) {
            List<Integer> plain = generate(Drafter.none(), FULL, seed);
            int last = plain.get(20);
            Collector sink = new Collector(last);
            RandomDrafter drafter = new RandomDrafter("right", target, 0.98, seed);
            try (Sequence sequence = sequence(drafter, FULL, seed, sink, TOKENS)) {
                loop.run(List.of(sequence));
                assertThat(sink.tokens).isEqualTo(plain.subList(0, plain.indexOf(last) + 1));
                assertThat(sequence.finished()).isTrue();
                assertThat(sequence.history().last()).isEqualTo(last);
                assertThat(sink.passes).isEqualTo(sequence.stats().passes());
                assertThat(drafter.observed()).isEqualTo(sink.passes - 1);
                inside += sink.sources.get(sink.sources.size() - 1).equals("right") ? 1 : 0;
            }
            assertThat(drafter.closed()).isTrue();
        }
        assertThat(inside).isPositive();
    }

    @Test
    void statisticsAddUp() {
        for (long seed = 0; seed < 20; seed++) {
            Collector sink = new Collector(5);
            try (Sequence sequence = sequence(new RandomDrafter("r", target, 0.97, seed), FULL, seed, sink, TOKENS)) {
                loop.run(List.of(sequence));
                SpeculationStats stats = sequence.stats();
                long own =
                        sink.sources.stream().filter(TokenSink.TARGET::equals).count();
                assertThat(stats.tokens()).isEqualTo(sink.tokens.size());
                assertThat(stats.accepted() + own).isEqualTo(stats.tokens());
                assertThat(own).isBetween(stats.passes() - 1, stats.passes());
                assertThat(stats.acceptedPerPosition().stream()
                                .mapToLong(Long::longValue)
                                .sum())
                        .isEqualTo(stats.accepted());
                assertThat(stats.drafted()).isGreaterThanOrEqualTo(stats.accepted());
                assertThat(stats.drafts()).isLessThanOrEqualTo(stats.passes());
                assertThat(stats.seconds()).isPositive();
                int cached = ((ToyTarget.ToySession) sequence.session).cached().length;
                assertThat(cached).isGreaterThanOrEqualTo(sequence.history().size() - 1);
            }
        }
    }

    @Test
    void draftersKeepTheOrderOfTheirFirstDraft() {
        SpeculationStats stats = new SpeculationStats();
        TokenTree tree = new TokenTree(0);
        List<String> names = List.of("zebra", "apple", "mango", "kiwi", "banana");
        names.forEach(name -> tree.add(TokenTree.ROOT, 1, 1, name));
        stats.recordPass(tree, new Verdict(new int[0], 1, false), 1, 0, 0);
        assertThat(stats.drafters().keySet()).containsExactlyElementsOf(names);
    }

    @Test
    void theLimitHoldsInsideAnAcceptedBlock() {
        for (int limit = 1; limit < 12; limit++) {
            Collector sink = new Collector(-1);
            Drafter right = new RandomDrafter("right", target, 1, limit);
            try (Sequence sequence = sequence(right, SamplingParameters.ofTemperature(0), 2, sink, limit)) {
                loop.run(List.of(sequence));
                assertThat(sink.tokens).hasSize(limit);
                assertThat(sequence.remaining()).isZero();
            }
        }
        assertThatThrownBy(() -> sequence(Drafter.none(), FULL, 1, new Collector(-1), 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void generationEndsWhereTheCapacityEnds() {
        ToyTarget small = new ToyTarget(16, 20, 2);
        for (double skill : new double[] {0, 0.97, 1}) {
            Collector sink = new Collector(-1);
            try (Sequence sequence = new Sequence(
                    new int[] {1, 2, 3},
                    small.open(),
                    new RandomDrafter("r", small, skill, 1),
                    BudgetController.fixed(12),
                    new ExactVerifier(),
                    new LogitsPipeline(FULL),
                    new CounterRandom(1),
                    sink,
                    1000)) {
                new DecodingLoop(small).run(List.of(sequence));
                // Twenty tokens are cached, and the last of their successors is generated.
                assertThat(sequence.history().size()).isEqualTo(21);
                assertThat(sink.tokens).isEqualTo(generate(small));
            }
        }
    }

    private static List<Integer> generate(ToyTarget target) {
        Collector sink = new Collector(-1);
        try (Sequence sequence = new Sequence(
                new int[] {1, 2, 3},
                target.open(),
                Drafter.none(),
                BudgetController.fixed(0),
                new ExactVerifier(),
                new LogitsPipeline(FULL),
                new CounterRandom(1),
                sink,
                18)) {
            new DecodingLoop(target).run(List.of(sequence));
        }
        return sink.tokens;
    }

    @Test
    void cancellationEndsASequenceAndLeavesTheOthers() {
        Collector other = new Collector(-1);
        Sequence second = sequence(Drafter.none(), FULL, 2, other, TOKENS);
        List<Sequence> cancelled = new ArrayList<>();
        List<Integer> tokens = new ArrayList<>();
        Sequence first = sequence(
                new RandomDrafter("right", target, 1, 1),
                SamplingParameters.ofTemperature(0),
                1,
                (token, source, logits) -> {
                    tokens.add(token);
                    if (tokens.size() == 5) {
                        cancelled.get(0).cancel();
                    }
                    return true;
                },
                TOKENS);
        cancelled.add(first);
        Sequence never = sequence(Drafter.none(), FULL, 3, new Collector(-1), TOKENS);
        never.cancel();
        try (first;
                second;
                never) {
            loop.run(List.of(first, second, never));
            assertThat(never.session.length()).isZero();
        }
        assertThat(tokens).hasSize(5);
        assertThat(other.tokens).isEqualTo(generate(Drafter.none(), FULL, 2));
    }

    @Test
    void budgetsAskForCostsBesideTheRowsOfTheOthers() {
        double[] costs = new double[64];
        Arrays.setAll(costs, i -> i + 1);
        PassCost cost = new PassCost(costs);
        List<Double> plainSteps = new ArrayList<>();
        BudgetController asking = new BudgetController() {
            @Override
            public int allowance() {
                plainSteps.add(cost.seconds(1));
                return 0;
            }

            @Override
            public TokenTree select(TokenTree draft) {
                return draft;
            }

            @Override
            public void observe(TokenTree scored, Verdict verdict, double draftSeconds, double passSeconds) {
                plainSteps.add(cost.seconds(1));
            }
        };
        // Beside it a sequence that drafts 4 nodes a pass and ends first, and one that drafts none.
        Drafter four = new Drafter() {
            @Override
            public String name() {
                return "four";
            }

            @Override
            public TokenTree draft(TokenHistory history, int budget) {
                TokenTree tree = new TokenTree(history.last());
                for (int i = 0; i < 4; i++) {
                    tree.add(TokenTree.ROOT, i, 0.1, "four");
                }
                return tree;
            }
        };
        Sequence first = sequence(four, FULL, 1, new Collector(-1), 3);
        Sequence last = sequence(Drafter.none(), FULL, 2, new Collector(-1), TOKENS);
        try (first;
                last;
                Sequence asked = sequence(new int[] {1, 2, 3}, asking)) {
            new DecodingLoop(target, cost).run(List.of(first, asked, last));
        }
        assertThat(plainSteps.subList(0, 2)).containsExactly(7.0, 7.0);
        assertThat(plainSteps.subList(plainSteps.size() - 4, plainSteps.size())).containsOnly(2.0);
        assertThat(cost.seconds(1)).as("between passes").isEqualTo(1);
    }

    private Sequence sequence(int[] prompt, BudgetController budget) {
        return new Sequence(
                prompt,
                target.open(),
                Drafter.none(),
                budget,
                new ExactVerifier(),
                new LogitsPipeline(FULL),
                new CounterRandom(1),
                new Collector(-1),
                TOKENS);
    }

    @Test
    void aBudgetLearnsOnlyWhatPassesOfItsSequenceAloneTake() {
        RecordingBudget budget = new RecordingBudget(0, true);
        try (Sequence first = sequence(new int[] {1, 2, 3}, budget);
                Sequence second = sequence(new int[40], BudgetController.fixed(0))) {
            loop.step(List.of(first));
            loop.step(List.of(first));
            double alone = first.stats().passSeconds();
            loop.step(List.of(first, second)); // 32 tokens of the second's prompt ride along
            assertThat(second.session.length()).isEqualTo(32);
            assertThat(first.stats().passSeconds()).isGreaterThan(alone);
            loop.step(List.of(first, second)); // and the rest
            loop.step(List.of(first, second));
            loop.step(List.of(first));
        }
        assertThat(budget.passSeconds())
                .extracting(seconds -> seconds > 0)
                .containsExactly(true, true, false, false, false, true);
    }

    @Test
    void nothingIsLearnedOfSharedPassesThatCostSomethingElse() {
        for (boolean other : new boolean[] {false, true}) {
            PassCost cost = new PassCost(new double[] {1, 1.1}, new PassCost.Shared(1, 0.5, 0.1));
            try (Sequence first = sequence(new int[] {1, 2, 3}, new RecordingBudget(0, true));
                    Sequence second = sequence(new int[] {1, 2}, new RecordingBudget(0, other))) {
                new DecodingLoop(target, cost).run(List.of(first, second));
            }
            cost.beside(1, 1, 1);
            assertThat(cost.seconds(1) < 1.5).isEqualTo(other); // passes of this target take next to no time
        }
    }

    @Test
    void aPassCachesThePromptsThatCameFirst() {
        List<Sequence> sequences = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            sequences.add(sequence(new int[100], BudgetController.fixed(0)));
        }
        // 256 tokens of all prompts, then a step of those that are ready; beside it 32 of each other prompt, and 256 of
        // all.
        loop.step(sequences);
        assertThat(lengths(sequences)).containsExactly(100, 100, 58, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        loop.step(sequences);
        assertThat(lengths(sequences)).containsExactly(101, 101, 90, 32, 32, 32, 32, 32, 32, 32, 0, 0);
        sequences.forEach(Sequence::close);
    }

    private static List<Integer> lengths(List<Sequence> sequences) {
        return sequences.stream().map(sequence -> sequence.session.length()).toList();
    }

    @Test
    void whatFailsEndsItsOwnSequenceAlone() {
        Collector other = new Collector(-1);
        Sequence well = sequence(Drafter.none(), FULL, 2, other, TOKENS);
        List<Integer> tokens = new ArrayList<>();
        Sequence broken = sequence(
                Drafter.none(),
                FULL,
                1,
                (token, source, logits) -> {
                    if (tokens.size() == 5) {
                        throw new IllegalStateException("no more");
                    }
                    return tokens.add(token);
                },
                TOKENS);
        try (well;
                broken) {
            assertThatThrownBy(() -> loop.run(List.of(broken, well))).hasMessage("no more");
        }
        assertThat(tokens).hasSize(5);
        assertThat(other.tokens).isEqualTo(generate(Drafter.none(), FULL, 2));
    }

    @Test
    void theSinkGetsTheLogitsThatATokenWasChosenFrom() {
        List<Integer> tokens = new ArrayList<>();
        Drafter drafter = new RandomDrafter("right", target, 0.98, 1);
        try (Sequence sequence = sequence(
                drafter,
                SamplingParameters.ofTemperature(0),
                1,
                (token, source, logits) -> tokens.add(token) && largest(logits.get()) == token,
                TOKENS)) {
            loop.run(List.of(sequence));
        }
        assertThat(tokens).hasSize(TOKENS);
    }

    private static int largest(float[] logits) {
        int largest = 0;
        for (int i = 0; i < logits.length; i++) {
            largest = logits[i] > logits[largest] ? i : largest;
        }
        return largest;
    }
}
