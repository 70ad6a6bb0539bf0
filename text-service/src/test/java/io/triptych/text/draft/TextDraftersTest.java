package io.triptych.text.draft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.triptych.sampling.CounterRandom;
import io.triptych.sampling.SamplingParameters;
import io.triptych.speculation.AdaptiveBudget;
import io.triptych.speculation.BudgetController;
import io.triptych.speculation.Contract;
import io.triptych.speculation.DecodingLoop;
import io.triptych.speculation.Drafter;
import io.triptych.speculation.ExactVerifier;
import io.triptych.speculation.LogitsPipeline;
import io.triptych.speculation.PassCost;
import io.triptych.speculation.Sequence;
import io.triptych.speculation.Target;
import io.triptych.speculation.TargetDistribution;
import io.triptych.speculation.TokenHistory;
import io.triptych.speculation.TokenSink;
import io.triptych.speculation.TokenTree;
import io.triptych.speculation.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TextDraftersTest {
    private static final int VOCABULARY = 50;
    private static final int TOKENS = 60;

    private final ToyTarget target = new ToyTarget(VOCABULARY, 512, 5, 2, 0);
    private final ToyTarget draftModel = new ToyTarget(VOCABULARY, 512, 5, 2, 0.5);
    private final TextDrafters drafters = new TextDrafters(draftModel, null, cost(), VOCABULARY);

    @Test
    void givesTheTokensOfPlainDecodingWhateverDrafts() {
        List<List<String>> all =
                new ArrayList<>(drafters.names().stream().map(List::of).toList());
        all.add(drafters.names());
        for (List<String> names : all) {
            int passes = 0;
            int tokens = 0;
            for (double temperature : new double[] {0, 0.5, 0.8, 1.0, 1.7}) {
                SamplingParameters sampling = SamplingParameters.ofTemperature(temperature);
                for (long seed = 0; seed < 6; seed++) {
                    int[] plain = decode(Drafter.none(), BudgetController.fixed(0), sampling, seed).tokens;
                    Outcome speculative = decode(names, BudgetController.fixed(12), sampling, seed);
                    assertThat(speculative.tokens)
                            .as("%s at %s, seed %s", names, temperature, seed)
                            .isEqualTo(plain);
                    assertThat(decode(names, new AdaptiveBudget(cost(), 40), sampling, seed).tokens)
                            .isEqualTo(plain);
                    passes += speculative.passes;
                    tokens += plain.length;
                    drafters.remember(plain);
                }
            }
            assertThat(passes).as("passes for %s tokens by %s", tokens, names).isLessThan(tokens * 19 / 20);
        }
    }

    /** Where rows are dear, nodes are scored that are not worth reading at once, and may be later. */
    @Test
    void givesTheTokensOfPlainDecodingWhereRowsAreDear() {
        for (double row : new double[] {0.1, 0.2, 0.3, 0.45}) {
            PassCost dear = new PassCost(IntStream.rangeClosed(1, 64)
                    .mapToDouble(rows -> 1 + row * rows)
                    .toArray());
            TextDrafters wary = new TextDrafters(draftModel, null, dear, VOCABULARY);
            for (long seed = 0; seed < 10; seed++) {
                SamplingParameters sampling = SamplingParameters.ofTemperature(seed % 2);
                int[] plain = decode(Drafter.none(), BudgetController.fixed(0), sampling, seed).tokens;
                Drafter drafter = wary.create(wary.names(), context(sampling, seed));
                assertThat(decode(drafter, BudgetController.fixed(12), sampling, seed).tokens)
                        .isEqualTo(plain);
            }
        }
    }

    @Test
    void staysExactUnderEveryProcessor() {
        SamplingParameters greedy = new SamplingParameters(Map.of(3, 2f, 9, -100f), 1.3, 0.4, 0.3, 0, 0, 0, 1);
        SamplingParameters sampled = new SamplingParameters(Map.of(3, 2f, 9, -100f), 1.3, 0.4, 0.3, 0.9, 20, 0.01, 0.9);
        for (SamplingParameters sampling : List.of(greedy, sampled)) {
            for (long seed = 0; seed < 5; seed++) {
                int[] plain = decode(Drafter.none(), BudgetController.fixed(0), sampling, seed).tokens;
                assertThat(decode(drafters.names(), new AdaptiveBudget(cost(), 40), sampling, seed).tokens)
                        .isEqualTo(plain);
            }
        }
    }

    @Test
    void couplingToTheNoiseIsWhatMakesTheModelDrafterGood() {
        SamplingParameters sampling = SamplingParameters.ofTemperature(1.0);
        int coupled = 0;
        int uncoupled = 0;
        for (long seed = 0; seed < 10; seed++) {
            coupled += decode(List.of("draft-model"), BudgetController.fixed(8), sampling, seed).passes;
            DraftContext other = new DraftContext(Contract.EXACT, sampling, new CounterRandom(seed + 1000));
            uncoupled += decode(
                            drafters.create(List.of("draft-model"), other), BudgetController.fixed(8), sampling, seed)
                    .passes;
        }
        assertThat(coupled).isLessThan(uncoupled * 3 / 4);
    }

    @Test
    void obeysTheBudgetAndNeverDraftsATokenTwice() {
        for (int budget : new int[] {1, 2, 5, 13, 40}) {
            for (double temperature : new double[] {0, 0.8}) {
                DraftContext context = context(SamplingParameters.ofTemperature(temperature), 3);
                Drafter checked = checked(drafters.create(drafters.names(), context), budget);
                decode(checked, BudgetController.fixed(budget), context.sampling(), 3);
            }
        }
    }

    @Test
    void drawsDistinctCandidatesAndNamesTheirProposalUnderTheDistributionContract() {
        DraftContext context =
                new DraftContext(Contract.DISTRIBUTION, SamplingParameters.ofTemperature(1), new CounterRandom(8));
        int drawn = 0;
        try (Drafter drafter = drafters.create(drafters.names(), context)) {
            TokenTree tree = drafter.draft(new TokenHistory(prompt(8)), 12);
            assertThat(tree.size()).isLessThanOrEqualTo(13);
            for (int node = 0; node < tree.size(); node++) {
                drawn += checkProposal(tree, node);
            }
        }
        assertThat(drawn).isPositive();
    }

    @Test
    void refusesADrafterThatDoesNotExist() {
        DraftContext context = context(SamplingParameters.ofTemperature(0), 1);
        assertThatThrownBy(() -> drafters.create(List.of("draft-model", "oracle"), context))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("oracle");
        assertThatThrownBy(
                        () -> new TextDrafters(null, null, cost(), VOCABULARY).create(List.of("draft-model"), context))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("draft-model");
        assertThatThrownBy(() -> new TextDrafters(draftModel, null, cost(), VOCABULARY + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void draftsFromTheStoreWhatAnEarlierRequestBrought() {
        SamplingParameters sampling = SamplingParameters.ofTemperature(0.8);
        TextDrafters fresh = new TextDrafters(null, null, cost(), VOCABULARY);
        Drafter first = fresh.create(List.of("suffix-automaton"), context(sampling, 4));
        Outcome before = decode(first, BudgetController.fixed(12), sampling, 4);
        fresh.remember(before.tokens);
        Drafter second = fresh.create(List.of("suffix-automaton"), context(sampling, 4));
        Outcome after = decode(second, BudgetController.fixed(12), sampling, 4);
        assertThat(after.tokens).isEqualTo(before.tokens);
        assertThat(after.passes).isLessThan(before.passes / 2);
    }

    /** Where a step of the target takes a nanosecond, no pass of a draft model pays; without other drafters it is tried. */
    @Test
    void leavesTheDraftModelOutOfRequestsThatDoNotGainByIt() {
        PassCost none = new PassCost(new double[] {1e-9, 1.1e-9, 1.2e-9, 1.3e-9});
        TextDrafters hasty = new TextDrafters(draftModel, null, none, VOCABULARY);
        SamplingParameters sampling = SamplingParameters.ofTemperature(1);
        int together = requestsThatAskTheModel(hasty, hasty.names(), sampling);
        assertThat(together).isBetween(1, 10);
        assertThat(requestsThatAskTheModel(hasty, List.of("draft-model"), sampling))
                .isEqualTo(40);
        assertThat(requestsThatAskTheModel(drafters, drafters.names(), sampling))
                .as("where a step takes a second")
                .isEqualTo(40);
    }

    private int requestsThatAskTheModel(TextDrafters all, List<String> names, SamplingParameters sampling) {
        int asked = 0;
        for (long seed = 0; seed < 40; seed++) {
            int before = draftModel.passes();
            decode(all.create(names, context(sampling, seed)), BudgetController.fixed(8), sampling, seed);
            asked += draftModel.passes() > before ? 1 : 0;
        }
        return asked;
    }

    @Test
    void worksBesideAModelWithTooLittleRoom() {
        ToyTarget small = new ToyTarget(VOCABULARY, 350, 5, 2, 0.5);
        TextDrafters limited = new TextDrafters(small, null, cost(), VOCABULARY);
        SamplingParameters sampling = SamplingParameters.ofTemperature(0.8);
        int[] prompt = prompt(150);
        int[] plain = decode(Drafter.none(), BudgetController.fixed(0), sampling, 1, prompt).tokens;
        Drafter drafter = limited.create(limited.names(), context(sampling, 1));
        assertThat(decode(drafter, BudgetController.fixed(12), sampling, 1, prompt).tokens)
                .isEqualTo(plain);
    }

    private static int checkProposal(TokenTree tree, int node) {
        int drawn = 0;
        double[] proposal = null;
        List<Integer> seen = new ArrayList<>();
        for (int c = tree.firstChild(node); c != TokenTree.NONE; c = tree.nextSibling(c)) {
            assertThat(seen.isEmpty() || tree.proposal(c) == proposal)
                    .as("siblings come from one proposal, or all are chosen")
                    .isTrue();
            proposal = tree.proposal(c);
            seen.add(tree.token(c));
            if (proposal != null) {
                assertThat(Arrays.stream(proposal).sum()).isCloseTo(1, org.assertj.core.data.Offset.offset(1e-9));
                assertThat(proposal[tree.token(c)]).isPositive();
                drawn++;
            }
        }
        assertThat(seen).doesNotHaveDuplicates();
        return drawn;
    }

    private static Drafter checked(Drafter inner, int limit) {
        return new Drafter() {
            @Override
            public String name() {
                return inner.name();
            }

            @Override
            public TokenTree draft(TokenHistory history, int budget) {
                TokenTree tree = inner.draft(history, budget);
                assertThat(tree.size() - 1).isLessThanOrEqualTo(limit);
                assertThat(tree.token(TokenTree.ROOT)).isEqualTo(history.last());
                for (int node = 1; node < tree.size(); node++) {
                    assertThat(tree.parent(node)).isBetween(0, node - 1);
                    assertThat(tree.confidence(node)).isBetween(0.0, 1.0);
                    assertThat(tree.child(tree.parent(node), tree.token(node))).isEqualTo(node);
                }
                return tree;
            }

            @Override
            public void observe(
                    TokenHistory history,
                    TokenTree tree,
                    Target.Scores scores,
                    TargetDistribution target,
                    Verdict verdict) {
                inner.observe(history, tree, scores, target, verdict);
            }

            @Override
            public void close() {
                inner.close();
            }
        };
    }

    private static PassCost cost() {
        return new PassCost(IntStream.rangeClosed(1, 64)
                .mapToDouble(rows -> 1 + 0.02 * rows)
                .toArray());
    }

    private static final class Outcome {
        private final int[] tokens;
        private final int passes;

        Outcome(int[] tokens, int passes) {
            this.tokens = tokens;
            this.passes = passes;
        }
    }

    private static int[] prompt(int length) {
        return IntStream.range(0, length + 1).map(i -> (i * i + 3) % VOCABULARY).toArray();
    }

    private static DraftContext context(SamplingParameters sampling, long seed) {
        return new DraftContext(Contract.EXACT, sampling, new CounterRandom(seed));
    }

    private Outcome decode(List<String> names, BudgetController budget, SamplingParameters sampling, long seed) {
        return decode(drafters.create(names, context(sampling, seed)), budget, sampling, seed);
    }

    private Outcome decode(Drafter drafter, BudgetController budget, SamplingParameters sampling, long seed) {
        return decode(drafter, budget, sampling, seed, prompt((int) seed));
    }

    private Outcome decode(
            Drafter drafter, BudgetController budget, SamplingParameters sampling, long seed, int[] prompt) {
        List<Integer> tokens = new ArrayList<>();
        TokenSink sink = (token, source, logits) -> tokens.add(token);
        try (Sequence sequence = new Sequence(
                prompt,
                target.open(),
                drafter,
                budget,
                new ExactVerifier(),
                new LogitsPipeline(sampling),
                new CounterRandom(seed),
                sink,
                TOKENS)) {
            new DecodingLoop(target).run(List.of(sequence));
            return new Outcome(tokens.stream().mapToInt(t -> t).toArray(), (int)
                    sequence.stats().passes());
        }
    }
}
