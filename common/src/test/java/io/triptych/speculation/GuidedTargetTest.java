package io.triptych.speculation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.triptych.sampling.CounterRandom;
import io.triptych.sampling.SamplingParameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class GuidedTargetTest {
    private static final int TOKENS = 40;
    private static final int[] PROMPT = {1, 5, 9, 3};
    private static final int[] UNCONDITIONAL = {1, 0, 3};

    private final ToyTarget toy = new ToyTarget(16, 256, 5);
    private final GuidedTarget target = new GuidedTarget(toy);

    /** The logits of a row after its prompt and some tokens, by the formula. */
    private float[] expected(double scale, int... tokens) {
        float[] conditional = toy.logits(joined(PROMPT, tokens));
        float[] unconditional = toy.logits(joined(UNCONDITIONAL, tokens));
        float[] guided = new float[conditional.length];
        for (int i = 0; i < guided.length; i++) {
            guided[i] = unconditional[i] + (float) scale * (conditional[i] - unconditional[i]);
        }
        return guided;
    }

    private static int[] joined(int[] prompt, int[] tokens) {
        int[] all = Arrays.copyOf(prompt, prompt.length + tokens.length);
        System.arraycopy(tokens, 0, all, prompt.length, tokens.length);
        return all;
    }

    private Target.Session prompted(double scale) {
        Target.Session session = target.open(UNCONDITIONAL, scale);
        session.append(Arrays.copyOf(PROMPT, PROMPT.length - 1));
        return session;
    }

    private Target.Scores score(Target.Session session, TokenTree tree) {
        return target.score(List.of(new Target.Step(session, tree))).get(0);
    }

    @Test
    void bothSequencesAreScoredInOnePassAndStayInStep() {
        try (Target.Session session = prompted(3)) {
            TokenTree tree = new TokenTree(3);
            int wrong = tree.add(TokenTree.ROOT, 7, 1, "test");
            int right = tree.add(TokenTree.ROOT, 8, 1, "test");
            int leaf = tree.add(right, 9, 1, "test");
            Target.Scores scores = score(session, tree);
            assertThat(toy.mostSteps()).isEqualTo(2);
            assertThat(scores.logits(TokenTree.ROOT)).isEqualTo(expected(3));
            assertThat(scores.logits(wrong)).isEqualTo(expected(3, 7));
            assertThat(scores.logits(leaf)).isEqualTo(expected(3, 8, 9));

            session.commit(new int[] {TokenTree.ROOT, right, leaf});
            assertThat(session.length()).isEqualTo(PROMPT.length + 2);
            assertThat(score(session, new TokenTree(4)).logits(TokenTree.ROOT)).isEqualTo(expected(3, 8, 9, 4));
            session.commit(new int[] {TokenTree.ROOT});

            session.truncate(PROMPT.length + 1);
            session.append(new int[] {2});
            assertThat(score(session, new TokenTree(6)).logits(TokenTree.ROOT)).isEqualTo(expected(3, 8, 2, 6));
            assertThatThrownBy(() -> session.truncate(PROMPT.length - 2)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(toy.openSessions()).isZero();
    }

    @Test
    void guidanceChangesTheLogits() {
        assertThat(expected(3)).isNotEqualTo(expected(5)).isNotEqualTo(toy.logits(PROMPT));
        try (Target.Session session = prompted(0)) {
            assertThat(score(session, new TokenTree(3)).logits(TokenTree.ROOT)).isEqualTo(toy.logits(UNCONDITIONAL));
        }
    }

    @Test
    void aScaleOfOneIsTheInnerTargetAlone() {
        try (Target.Session session = prompted(1)) {
            assertThat(score(session, new TokenTree(3)).logits(TokenTree.ROOT)).isEqualTo(toy.logits(PROMPT));
            assertThat(toy.mostSteps()).isEqualTo(1);
            assertThat(toy.openSessions()).isEqualTo(1);
            session.commit(new int[] {TokenTree.ROOT});
            session.truncate(0);
            assertThat(session.length()).isZero();
        }
        assertThatThrownBy(() -> target.open(UNCONDITIONAL, Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aTreeMayBeScoredInParts() {
        try (Target.Session session = prompted(5)) {
            TokenTree tree = new TokenTree(3);
            score(session, tree);
            int node = tree.add(TokenTree.ROOT, 7, 1, "test");
            Target.Scores scores =
                    target.score(List.of(new Target.Step(session, tree, node))).get(0);
            assertThat(scores.logits(node)).isEqualTo(expected(5, 7));
        }
    }

    private List<Integer> generate(Drafter drafter, double scale, long seed) {
        List<Integer> tokens = new ArrayList<>();
        try (Sequence sequence = sequence(drafter, scale, seed, tokens)) {
            new DecodingLoop(target).run(List.of(sequence));
        }
        return tokens;
    }

    private Sequence sequence(Drafter drafter, double scale, long seed, List<Integer> tokens) {
        return sequence(PROMPT, target.open(UNCONDITIONAL, scale), drafter, seed, tokens);
    }

    private static Sequence sequence(
            int[] prompt, Target.Session session, Drafter drafter, long seed, List<Integer> tokens) {
        return new Sequence(
                prompt,
                session,
                drafter,
                BudgetController.fixed(12),
                new ExactVerifier(),
                new LogitsPipeline(SamplingParameters.ofTemperature(1)),
                new CounterRandom(seed),
                (token, source, logits) -> tokens.add(token),
                TOKENS);
    }

    @Test
    void promptsAreCachedInStepAndBothCount() {
        List<Integer> rows = new ArrayList<>();
        Target counting = new ForwardingTarget(toy) {
            @Override
            public List<Scores> score(List<Step> steps, List<Prompt> prompts) {
                rows.add(prompts.stream()
                        .mapToInt(prompt -> prompt.tokens().length)
                        .sum());
                return super.score(steps, prompts);
            }
        };
        GuidedTarget guided = new GuidedTarget(counting);
        int[] prompt = new int[100];
        for (int length : new int[] {1, 60, 100, 140}) {
            List<Sequence> sequences = new ArrayList<>();
            List<List<Integer>> tokens = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Target.Session session = guided.open(new int[length], 3);
                if (i == 2) {
                    session.append(Arrays.copyOf(prompt, prompt.length - 1)); // at once
                }
                tokens.add(new ArrayList<>());
                sequences.add(sequence(prompt, session, Drafter.none(), 1, tokens.get(i)));
            }
            rows.clear();
            new DecodingLoop(guided).run(sequences);
            sequences.forEach(Sequence::close);
            assertThat(tokens).containsOnly(tokens.get(2));
            assertThat(rows.stream().mapToInt(Integer::intValue).sum())
                    .isEqualTo(2 * 99 + 2 * Math.min(length - 1, 99));
            assertThat(rows).allSatisfy(inOnePass -> assertThat(inOnePass).isLessThanOrEqualTo(256));
        }
        assertThat(toy.openSessions()).isZero();
    }

    @Test
    void aSessionThatCannotBeOpenedWholeLeavesNothingOpen() {
        Target narrow = new ForwardingTarget(toy) {
            @Override
            public Session open() {
                if (toy.openSessions() == 1) {
                    throw new IllegalStateException("no memory");
                }
                return super.open();
            }
        };
        assertThatThrownBy(() -> new GuidedTarget(narrow).open(UNCONDITIONAL, 3))
                .hasMessage("no memory");
        assertThat(toy.openSessions()).isZero();
    }

    @Test
    void speculationChangesNoToken() {
        for (double scale : new double[] {1, 3, 5}) {
            for (long seed = 0; seed < 20; seed++) {
                List<Integer> plain = generate(Drafter.none(), scale, seed);
                assertThat(plain).hasSize(TOKENS);
                assertThat(generate(new RandomDrafter("random", toy, 0.9, seed), scale, seed))
                        .isEqualTo(plain);
            }
        }
        assertThat(generate(Drafter.none(), 3, 1)).isNotEqualTo(generate(Drafter.none(), 1, 1));
    }

    @Test
    void sequencesOfDifferentScalesShareAPass() {
        double[] scales = {1, 3, 5, 1, 2};
        List<Sequence> sequences = new ArrayList<>();
        List<List<Integer>> together = new ArrayList<>();
        for (int i = 0; i < scales.length; i++) {
            together.add(new ArrayList<>());
            sequences.add(sequence(new RandomDrafter("r", toy, 0.9, i), scales[i], i, together.get(i)));
        }
        new DecodingLoop(target).run(sequences);
        sequences.forEach(Sequence::close);
        assertThat(toy.mostSteps()).isEqualTo(2 + 3 * 2);
        assertThat(toy.openSessions()).isZero();
        for (int i = 0; i < scales.length; i++) {
            assertThat(together.get(i)).isEqualTo(generate(Drafter.none(), scales[i], i));
        }
    }
}
