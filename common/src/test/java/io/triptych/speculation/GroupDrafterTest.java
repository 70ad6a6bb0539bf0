package io.triptych.speculation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.triptych.sampling.Categorical;
import io.triptych.sampling.CounterRandom;
import io.triptych.sampling.SamplingParameters;
import io.triptych.speculation.JacobiDrafter.Redraw;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Groups of codebooks over a target without a model: where they lie, what they emit, and what the budget sees of them. */
class GroupDrafterTest {
    private static final int CODEBOOKS = 5;
    private static final int CODES = 7;
    private static final int FRAMES = 8;

    private final ToyTarget target = new ToyTarget(CODES, 64, 2);

    @Test
    void groupsOfEverySizeEmitThePlainCodes() {
        for (double temperature : new double[] {0, 0.6, 1, 2}) {
            for (int seed = 0; seed < 20; seed++) {
                int[] plain = generate(Drafter.none(), BudgetController.fixed(0), temperature, seed);
                for (int size = 1; size <= CODEBOOKS; size++) {
                    BudgetController budget = BudgetController.fixed(size);
                    assertThat(generate(drafter(seed), budget, temperature, seed))
                            .isEqualTo(plain);
                    assertThat(generate(drafter(seed), new GroupBudget(budget, CODEBOOKS), temperature, seed))
                            .isEqualTo(plain);
                }
                BudgetController adaptive = new GroupBudget(new WindowBudget(cost(), 1, CODEBOOKS - 2), CODEBOOKS);
                assertThat(generate(drafter(seed), adaptive, temperature, seed)).isEqualTo(plain);
            }
        }
        assertThat(target.openSessions()).isZero();
    }

    @Test
    void aGroupLeavesOutTheFirstCodeOfAFrameAndTheLast() {
        TokenHistory history = new TokenHistory(new int[] {1, 2, 3});
        List<Integer> sizes = new ArrayList<>();
        for (int code = 0; code < 2 * CODEBOOKS; code++) {
            sizes.add(drafter(WindowInitialiser.random(), 1).draft(history, 100).size() - 1);
            history.append(code % CODES);
        }
        assertThat(sizes).containsExactly(0, 3, 2, 1, 0, 0, 3, 2, 1, 0);
    }

    /** What is drafted first is what the same noise draws from the rows of the frame before. */
    @Test
    void aFrameBeginsWithThePreviousOnesRows() {
        CounterRandom noise = new CounterRandom(3);
        GroupDrafter drafter = drafter(3);
        TokenHistory history = new TokenHistory(new int[] {0});
        Categorical[] rows = new Categorical[CODEBOOKS + 1];
        for (int code = 0; code <= CODEBOOKS; code++) {
            Categorical row = Categorical.ofLogits(target.logits(history.slice(0, history.size())), 1);
            rows[code] = row;
            TokenTree plain = new TokenTree(history.last());
            int next = noise.draw(row, history.size());
            history.append(next);
            drafter.observe(history, plain, null, node -> row, new Verdict(new int[0], next, true));
        }
        TokenTree group = drafter.draft(history, 100);
        assertThat(group.size()).isEqualTo(CODEBOOKS - 1);
        for (int node = 1; node < group.size(); node++) {
            assertThat(group.token(node)).isEqualTo(noise.draw(rows[node], history.size() + node - 1));
        }
    }

    @Test
    void theBudgetSeesPassesInsideFramesAlone() {
        RecordingBudget inside = new RecordingBudget(2, true);
        GroupBudget budget = new GroupBudget(inside, 4);
        int[] allowances = new int[6];
        int[] accepted = {0, 1, 0, 0, 2, 0}; // frames of 1 + 2 + 1 codes, and of 1 + 3
        for (int pass = 0; pass < allowances.length; pass++) {
            allowances[pass] = budget.allowance();
            int[] path = IntStream.rangeClosed(1, accepted[pass]).toArray();
            budget.observe(new TokenTree(0), new Verdict(path, 0, false), 0, pass);
        }
        assertThat(allowances).containsExactly(0, 2, 0, 0, 2, 0);
        assertThat(inside.passSeconds()).containsExactly(1.0, 2.0, 4.0);
    }

    @Test
    void groupsHaveTheTargetsMassesAndMoreGuessesAreAccepted() {
        AcousticGroups alike = new AcousticGroups(new int[][] {{0, 1}, {2, 3}}, 5);
        double[] p = {0.4, 0.1, 0.1, 0.1, 0.3};
        double[] q = {0.1, 0.5, 0, 0.1, 0.3};
        double[] exchanged = alike.exchanged(p, q);
        assertThat(exchanged[0] + exchanged[1]).isCloseTo(0.5, within(1e-12));
        assertThat(exchanged[2] + exchanged[3]).isCloseTo(0.2, within(1e-12));
        assertThat(exchanged[4]).isEqualTo(0.3);
        assertThat(agreement(p, q)).isCloseTo(0.6, within(1e-12));
        assertThat(agreement(exchanged, q)).isCloseTo(0.9, within(1e-12));
        assertThat(alike.exchanged(new double[] {0.5, 0, 0.5, 0, 0}, q)).containsExactly(0.5, 0, 0.5, 0, 0);
    }

    @Test
    void groupsAreOfTheNearestVectors() {
        float[][] vectors = {{0, 0}, {3, 4}, {1, 0}, {0, -1}};
        double[] certain = {0, 0, 1, 0, 0};
        double[] exchanged = AcousticGroups.of(vectors, 5, 1).exchanged(new double[] {0.5, 0, 0, 0, 0.5}, certain);
        assertThat(exchanged).containsExactly(0.5, 0, 0, 0, 0.5);
        exchanged = AcousticGroups.of(vectors, 5, 1).exchanged(new double[] {0.4, 0, 0.1, 0, 0.5}, certain);
        assertThat(exchanged[2]).isGreaterThan(0.3);
        assertThat(exchanged[1]).isZero();
        assertThat(exchanged[4]).isEqualTo(0.5);
    }

    @Test
    void refusesWhatIsNoTotalVariation() {
        assertThatThrownBy(() -> new AcousticGroupVerifier(new AcousticGroups[1], 0, -0.1))
                .hasMessageContaining("-0.1");
    }

    private static double agreement(double[] p, double[] q) {
        return IntStream.range(0, p.length)
                .mapToDouble(i -> Math.min(p[i], q[i]))
                .sum();
    }

    private static PassCost cost() {
        return new PassCost(new double[] {1, 1.1, 1.2, 1.3, 1.4});
    }

    private static GroupDrafter drafter(long seed) {
        return drafter(WindowInitialiser.previousFrame(CODEBOOKS), seed);
    }

    private static GroupDrafter drafter(WindowInitialiser initialiser, long seed) {
        return new GroupDrafter(
                "previous",
                Redraw.SHARED_NOISE,
                initialiser,
                CODEBOOKS,
                CODES,
                new CounterRandom(seed),
                FRAMES * CODEBOOKS,
                GroupDrafter.acceptance(CODEBOOKS));
    }

    private int[] generate(Drafter drafter, BudgetController budget, double temperature, long seed) {
        int[] prompt = {CODES + 1, 3};
        try (Sequence sequence = new Sequence(
                prompt,
                target.open(),
                drafter,
                budget,
                new ExactVerifier(),
                new LogitsPipeline(SamplingParameters.ofTemperature(temperature)),
                new CounterRandom(seed),
                (token, source, logits) -> true,
                FRAMES * CODEBOOKS)) {
            new DecodingLoop(target).run(List.of(sequence));
            return sequence.history().slice(prompt.length, sequence.history().size());
        }
    }
}
