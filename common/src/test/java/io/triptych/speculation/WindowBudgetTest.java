package io.triptych.speculation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WindowBudgetTest {
    private static final int LONGEST = 32;
    private static final int PICTURE = 256;

    @Test
    void reachesWhatTheBestFixedLengthDoes() {
        for (double perRow : new double[] {0.003, 0.02, 0.1, 0.3}) {
            for (double acceptance : new double[] {0.2, 0.6, 0.8, 0.95}) {
                World world = new World(perRow, () -> acceptance, () -> acceptance);
                assertThat(world.pictures(30, world.adaptive()))
                        .as("%s a guess, accepted with %s", perRow, acceptance)
                        .isGreaterThan(0.9 * world.bestFixed());
            }
        }
    }

    /** Guesses that would not be worth their rows, were not those behind them right more often for it in the next pass. */
    @Test
    void reachesItWhereRedrawnGuessesAreBetter() {
        for (double perRow : new double[] {0.02, 0.05, 0.1, 0.2}) {
            for (double redrawn : new double[] {0.3, 0.6, 0.8, 0.9}) {
                World world = new World(perRow, () -> 0.3, () -> 0.3, redrawn);
                assertThat(world.pictures(30, world.adaptive()))
                        .as("%s a guess, accepted with %s once redrawn", perRow, redrawn)
                        .isGreaterThan(0.95 * world.bestFixed());
            }
        }
    }

    /** Plain ground and things in turns: no fixed length fits both. */
    @Test
    void doesBetterThanAnyFixedLengthWhereGuessesDiffer() {
        Random random = new Random(1);
        double[] acceptance = {0.95};
        World world = new World(
                0.1,
                () -> {
                    if (random.nextInt(8) == 0) {
                        acceptance[0] = random.nextBoolean() ? 0.98 : 0.3;
                    }
                    return acceptance[0];
                },
                () -> acceptance[0]);
        assertThat(world.pictures(60, world.adaptive())).isGreaterThan(1.1 * world.bestFixed());
    }

    @Test
    void isHardlySlowerThanPlainDecodingWhereNothingIsRight() {
        for (double perRow : new double[] {0.01, 0.1, 0.5}) {
            World boaster = new World(perRow, () -> 0.0, () -> 0.9);
            assertThat(boaster.pictures(20, boaster.adaptive())).isGreaterThan(0.9);
        }
    }

    /** A window that is dropped as a whole has cost its drafting nevertheless. */
    @Test
    void hardlyDraftsWhereNoGuessIsWorthItsRow() {
        WindowBudget budget = budget(0.5);
        int drafts = 0;
        for (int pass = 0; pass < 1000; pass++) {
            boolean drafting = budget.allowance() > 0;
            TokenTree scored = drafting ? budget.select(chain(LONGEST, () -> 0.01)) : new TokenTree(0);
            assertThat(scored.size()).isEqualTo(1);
            budget.observe(scored, new Verdict(new int[0], 1, false), drafting ? 0.5 : 0, 1);
            drafts += drafting ? 1 : 0;
        }
        assertThat(drafts).isBetween(1, 60);
    }

    /** As the rejection rules ask: what is cut depends on nothing behind the cut. */
    @Test
    void whetherAGuessIsScoredDependsOnNothingBehindIt() {
        Random random = new Random(2);
        for (int round = 0; round < 200; round++) {
            TokenTree window = chain(LONGEST, () -> 0.5 + random.nextDouble() / 2);
            int whole = budget(0.1).select(window).size();
            for (int size = 1; size <= window.size(); size++) {
                assertThat(budget(0.1).select(beginning(window, size)).size()).isEqualTo(Math.min(size, whole));
            }
        }
    }

    @Test
    void keepsToTheMaximum() {
        assertThat(new WindowBudget(cost(0.1), 1, 0).allowance()).isZero();
        assertThat(new WindowBudget(cost(0.1), 1, 10).allowance()).isEqualTo(10);
    }

    @Test
    void guidanceDoublesTheRowsThatAGuessTakes() {
        TokenTree window = chain(LONGEST, () -> 0.8);
        assertThat(new WindowBudget(cost(0.1), 2, LONGEST).select(window).size())
                .isLessThan(
                        new WindowBudget(cost(0.1), 1, LONGEST).select(window).size())
                .isGreaterThan(1);
    }

    @Test
    void keepsWhatAGuessWasDrawnFrom() {
        double[] proposal = {0.5, 0.5};
        TokenTree window = new TokenTree(0);
        window.add(TokenTree.ROOT, 1, 0.9, "window", proposal);
        TokenTree part = budget(0.01).select(window);
        assertThat(part.proposal(1)).isSameAs(proposal);
        assertThat(part.token(1)).isEqualTo(1);
    }

    private static WindowBudget budget(double perRow) {
        return new WindowBudget(cost(perRow), 1, LONGEST);
    }

    private static PassCost cost(double perRow) {
        return new PassCost(IntStream.range(0, 2 * LONGEST + 2)
                .mapToDouble(row -> 1 + perRow * row)
                .toArray());
    }

    private static TokenTree chain(int length, Supplier<Double> confidence) {
        TokenTree tree = new TokenTree(0);
        for (int node = 0; node < length; node++) {
            tree.add(node, node, confidence.get(), "window");
        }
        return tree;
    }

    private static TokenTree beginning(TokenTree window, int size) {
        TokenTree part = new TokenTree(0);
        for (int node = 1; node < size; node++) {
            part.add(node - 1, window.token(node), window.confidence(node), "window");
        }
        return part;
    }

    /**
     * Passes that cost a unit and more for every guess, whose guesses are accepted with one probability and claim
     * another; or where a pass has scored the row before, are accepted with a third and claim that.
     */
    private record World(double perRow, Supplier<Double> acceptance, Supplier<Double> claim, double redrawn) {
        World(double perRow, Supplier<Double> acceptance, Supplier<Double> claim) {
            this(perRow, acceptance, claim, Double.NaN);
        }

        Supplier<BudgetController> adaptive() {
            PassCost cost = cost(perRow);
            return () -> new WindowBudget(cost, 1, LONGEST);
        }

        double bestFixed() {
            return IntStream.of(0, 1, 2, 4, 8, 16, 32)
                    .mapToDouble(length -> pictures(30, () -> BudgetController.fixed(length)))
                    .max()
                    .orElseThrow();
        }

        /** Tokens per unit of time; plain decoding has 1. */
        double pictures(int count, Supplier<BudgetController> budgets) {
            Random random = new Random(7);
            double time = 0;
            for (int picture = 0; picture < count; picture++) {
                BudgetController budget = budgets.get();
                int tokens = 0;
                int rows = 0; // of the window's positions, that the pass before has scored
                while (tokens < PICTURE) {
                    int allowance = Math.min(budget.allowance(), PICTURE - tokens - 1);
                    double[] chances = new double[allowance];
                    TokenTree window = new TokenTree(0);
                    for (int node = 0; node < allowance; node++) {
                        boolean again = node < rows && !Double.isNaN(redrawn);
                        chances[node] = again ? redrawn : acceptance.get();
                        window.add(node, 1, again ? redrawn : claim.get(), "window");
                    }
                    TokenTree scored = allowance == 0 ? window : budget.select(window);
                    int accepted = 0;
                    while (accepted < scored.size() - 1 && random.nextDouble() < chances[accepted]) {
                        accepted++;
                    }
                    double seconds = 1 + perRow * (scored.size() - 1);
                    time += seconds;
                    tokens += accepted + 1;
                    rows = scored.size() - accepted - 1;
                    int[] path = IntStream.rangeClosed(1, accepted).toArray();
                    budget.observe(scored, new Verdict(path, 1, false), 0, seconds);
                }
            }
            return count * PICTURE / time;
        }
    }
}
