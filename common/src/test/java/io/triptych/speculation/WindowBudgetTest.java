package io.triptych.speculation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Windows over a simulated target: what a length is worth shows only once it has been kept for some passes. */
class WindowBudgetTest {
    private static final int LONGEST = 64;
    private static final int PICTURE = 256;

    @Test
    void findsTheBestLength() {
        for (double perRow : new double[] {0.002, 0.01, 0.03, 0.08}) {
            for (double most : new double[] {1, 3, 7}) {
                for (double settle : new double[] {5, 15, 30}) {
                    World world = new World(perRow, most, settle, 1);
                    WindowExperience experience = new WindowExperience();
                    world.pictures(40, experience);
                    double rate = world.pictures(40, experience);
                    assertThat(rate)
                            .as("%s a row, gain %s by %s", perRow, most, settle)
                            .isGreaterThan(0.87 * world.bestRate());
                }
            }
        }
    }

    @Test
    void isNeverMuchSlowerThanPlainDecoding() {
        for (double perRow : new double[] {0.01, 0.1}) {
            World hopeless = new World(perRow, 0, 10, 2);
            WindowExperience experience = new WindowExperience();
            hopeless.pictures(5, experience);
            assertThat(hopeless.pictures(50, experience)).isGreaterThan(0.97);
        }
    }

    @Test
    void aPictureUnlikeTheOthersSoonDecodesPlainly() {
        WindowExperience experience = new WindowExperience();
        new World(0.02, 5, 10, 3).pictures(40, experience);
        World hopeless = new World(0.05, 0, 10, 4);
        assertThat(hopeless.pictures(1, experience)).isGreaterThan(0.75);
    }

    @Test
    void comesBackWhenWindowsPayAgain() {
        WindowExperience experience = new WindowExperience();
        new World(0.02, 0, 10, 5).pictures(30, experience);
        World good = new World(0.02, 5, 10, 6);
        good.pictures(20, experience);
        assertThat(good.pictures(20, experience)).isGreaterThan(0.85 * good.bestRate());
    }

    @Test
    void keepsToTheMaximum() {
        PassCost cost = new PassCost(new double[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
        assertThat(new WindowBudget(cost, 1, 0, new WindowExperience()).allowance())
                .isZero();
        assertThat(new WindowBudget(cost, 1, 10, new WindowExperience()).allowance())
                .isEqualTo(8);
    }

    @Test
    void guidanceDoublesTheRowsThatAGuessTakes() {
        double[] seconds =
                IntStream.range(0, 130).mapToDouble(row -> 1 + 0.02 * row).toArray();
        int single = new WindowBudget(new PassCost(seconds), 1, LONGEST, new WindowExperience()).allowance();
        int guided = new WindowBudget(new PassCost(seconds), 2, LONGEST, new WindowExperience()).allowance();
        assertThat(guided).isLessThan(single).isPositive();
    }

    /** Passes that cost a unit and more for every guess, and yield what their window's length has come to be worth. */
    private static final class World {
        private final double perRow;
        private final double most;
        private final double settle;
        private final Random random;

        World(double perRow, double most, double settle, long seed) {
            this.perRow = perRow;
            this.most = most;
            this.settle = settle;
            this.random = new Random(seed);
        }

        /** What the best length reaches that is kept throughout. */
        double bestRate() {
            return IntStream.of(WindowExperience.LENGTHS)
                    .mapToDouble(length -> pictures(40, () -> BudgetController.fixed(length)))
                    .max()
                    .orElseThrow();
        }

        /** Tokens per unit of time; plain decoding has 1. */
        double pictures(int count, WindowExperience experience) {
            double[] costs =
                    IntStream.rangeClosed(0, LONGEST).mapToDouble(this::seconds).toArray();
            PassCost cost = new PassCost(costs);
            return pictures(count, () -> new WindowBudget(cost, 1, LONGEST, experience));
        }

        private double pictures(int count, Supplier<BudgetController> budgets) {
            double time = 0;
            for (int picture = 0; picture < count; picture++) {
                BudgetController budget = budgets.get();
                double settled = 0;
                int tokens = 0;
                while (tokens < PICTURE) {
                    int length = Math.min(budget.allowance(), PICTURE - tokens - 1);
                    settled += 0.5 * (length - settled);
                    int accepted = Math.min(length, geometric(gain(settled)));
                    int[] path = IntStream.rangeClosed(1, accepted).toArray();
                    time += seconds(length);
                    tokens += accepted + 1;
                    budget.observe(chain(length), new Verdict(path, 1, false), 0, seconds(length));
                }
            }
            return count * PICTURE / time;
        }

        private double seconds(int length) {
            return 1 + perRow * length;
        }

        private double gain(double length) {
            return most * (1 - Math.exp(-length / settle));
        }

        private int geometric(double mean) {
            int value = 0;
            while (random.nextDouble() < mean / (1 + mean)) {
                value++;
            }
            return value;
        }

        private static TokenTree chain(int length) {
            TokenTree tree = new TokenTree(0);
            for (int node = 0; node < length; node++) {
                tree.add(node, 1, 1, "window");
            }
            return tree;
        }
    }
}
