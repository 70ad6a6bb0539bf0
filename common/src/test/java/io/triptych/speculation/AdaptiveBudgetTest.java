package io.triptych.speculation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AdaptiveBudgetTest {
    private static final int MOST = 31;

    @Test
    void findsTheBestBudgetOfASteadyText() {
        for (double perRow : new double[] {0.0, 0.01, 0.05, 0.2, 0.6}) {
            for (double acceptance : new double[] {0.2, 0.5, 0.8, 0.95}) {
                double[] costs = costs(perRow);
                double bestRate = 0;
                for (int nodes = 0; nodes <= MOST; nodes++) {
                    bestRate = Math.max(bestRate, expectedTokens(acceptance, nodes) / costs[nodes]);
                }
                int chosen = steadyChoice(costs, acceptance);
                assertThat(expectedTokens(acceptance, chosen) / costs[chosen])
                        .as("%s nodes for acceptance %s and %s seconds a row", chosen, acceptance, perRow)
                        .isGreaterThan(0.97 * bestRate);
            }
        }
    }

    @Test
    void keepsTheMostProbableNodesAndTheirAncestors() {
        Random random = new Random(3);
        for (int round = 0; round < 200; round++) {
            TokenTree draft = randomTree(random, 1 + random.nextInt(MOST));
            double[] costs = costs(random.nextDouble() * 0.2);
            TokenTree part = new AdaptiveBudget(new PassCost(costs), MOST).select(draft);
            assertThat(part.token(TokenTree.ROOT)).isEqualTo(draft.token(TokenTree.ROOT));
            for (int node = 1; node < part.size(); node++) {
                assertThat(find(draft, part.pathTokens(node))).isPositive();
            }
            assertThat(net(part, costs)).isGreaterThanOrEqualTo(bestNet(draft, costs) - 1e-9);
        }
    }

    @Test
    void stopsWhenNothingIsAcceptedAndComesBackWhenSomethingIs() {
        AdaptiveBudget budget = new AdaptiveBudget(new PassCost(costs(0.05)), MOST);
        Random random = new Random(4);
        int wasted = 0;
        for (int pass = 0; pass < 400; pass++) {
            wasted += scoredNodes(budget, costs(0.05), 0.9, 0, random);
        }
        assertThat(wasted).as("nodes scored for nothing in 400 passes").isLessThan(250);
        int late = 0;
        for (int pass = 0; pass < 200; pass++) {
            int nodes = scoredNodes(budget, costs(0.05), 0.9, 0.9, random);
            late += pass >= 100 ? nodes : 0;
        }
        assertThat(late).as("nodes scored in the last 100 good passes").isGreaterThan(500);
    }

    @Test
    void stopsAskingForDraftsThatTakeLongerThanTheySave() {
        AdaptiveBudget budget = new AdaptiveBudget(new PassCost(costs(0.01)), MOST);
        int asked = 0;
        for (int pass = 0; pass < 300; pass++) {
            TokenTree tree = new TokenTree(0);
            if (budget.allowance() > 0) {
                asked++;
                tree.add(TokenTree.ROOT, 1, 0.05, "slow");
                tree = budget.select(tree);
            }
            budget.observe(tree, new Verdict(new int[0], 2, tree.size() == 1), 0.5, 1);
        }
        assertThat(asked).isBetween(16, 40);
    }

    @Test
    void doesNotTakeReadingThePromptForTheCostOfDrafting() {
        AdaptiveBudget budget = new AdaptiveBudget(new PassCost(costs(0.01)), MOST);
        int asked = 0;
        for (int pass = 0; pass < 50; pass++) {
            TokenTree tree = new TokenTree(0);
            boolean asks = budget.allowance() > 0;
            if (asks) {
                tree.add(TokenTree.ROOT, 1, 0.9, "lookup");
                tree = budget.select(tree);
            }
            int[] accepted = tree.size() > 1 ? new int[] {1} : new int[0];
            budget.observe(tree, new Verdict(accepted, 2, true), asks && asked == 0 ? 20 : 0.01, 1);
            asked += asks ? 1 : 0;
        }
        assertThat(asked).isEqualTo(50);
    }

    @Test
    void draftsWhatTheRowsOfOthersLeaveRoomFor() {
        // Rows cost next to nothing up to 16, as in a processor's blocks, and a third of a step beyond.
        double[] costs = new double[64];
        Arrays.setAll(costs, i -> 1 + 0.01 * Math.min(i, 15) + 0.3 * Math.max(0, i - 15));
        PassCost cost = new PassCost(costs);
        TokenTree draft = new TokenTree(0);
        for (int i = 0; i < MOST; i++) {
            draft.add(i, 1, 0.9, "chain");
        }
        AdaptiveBudget budget = new AdaptiveBudget(cost, MOST);
        assertThat(budget.select(draft).size()).as("rows alone").isEqualTo(16);
        cost.beside(8, 8, 8);
        assertThat(budget.select(draft).size()).as("rows beside 8").isEqualTo(8);
        cost.beside(20, 20, 20);
        assertThat(budget.select(draft).size()).as("rows beside 20").isEqualTo(1);
        cost.beside(0, 0, 0);
        assertThat(budget.select(draft).size()).as("rows alone again").isEqualTo(16);
    }

    @Test
    void leavesDrawnCandidatesWhole() {
        double[] proposal = {0.5, 0.5};
        TokenTree draft = new TokenTree(0);
        int first = draft.add(TokenTree.ROOT, 0, 0.01, "model", proposal);
        draft.add(TokenTree.ROOT, 1, 0.0001, "model", proposal);
        draft.add(first, 1, 0.0001, "copy");
        assertThat(new AdaptiveBudget(new PassCost(costs(0.5)), MOST).select(draft))
                .isSameAs(draft);
    }

    @Test
    void draftsNothingWithoutNodes() {
        assertThat(new AdaptiveBudget(new PassCost(costs(0)), 0).allowance()).isZero();
        assertThat(new AdaptiveBudget(new PassCost(costs(0)), 1000).allowance()).isEqualTo(MOST);
    }

    private static double[] costs(double perRow) {
        return IntStream.rangeClosed(0, MOST)
                .mapToDouble(nodes -> 1 + perRow * nodes)
                .toArray();
    }

    /** A chain whose every node is accepted with the same probability after its parent. */
    private static TokenTree chain(double confidence) {
        TokenTree tree = new TokenTree(0);
        for (int node = 0; node < MOST; node++) {
            tree.add(node, 1, confidence, "chain");
        }
        return tree;
    }

    private static double expectedTokens(double acceptance, int nodes) {
        return (1 - Math.pow(acceptance, nodes + 1)) / (1 - acceptance);
    }

    private static int steadyChoice(double[] costs, double acceptance) {
        AdaptiveBudget budget = new AdaptiveBudget(new PassCost(costs), MOST);
        Random random = new Random(5);
        double sum = 0;
        for (int pass = 0; pass < 600; pass++) {
            int nodes = scoredNodes(budget, costs, acceptance, acceptance, random);
            sum += pass >= 300 ? nodes : 0;
        }
        return (int) Math.round(sum / 300);
    }

    private static int scoredNodes(
            AdaptiveBudget budget, double[] costs, double claimed, double acceptance, Random random) {
        TokenTree tree = budget.allowance() == 0 ? new TokenTree(0) : budget.select(chain(claimed));
        int accepted = 0;
        while (accepted < tree.size() - 1 && random.nextDouble() < acceptance) {
            accepted++;
        }
        int[] path = IntStream.rangeClosed(1, accepted).toArray();
        budget.observe(tree, new Verdict(path, 2, false), 0, costs[tree.size() - 1]);
        return tree.size() - 1;
    }

    private static TokenTree randomTree(Random random, int nodes) {
        TokenTree tree = new TokenTree(0);
        for (int node = 1; node <= nodes; node++) {
            tree.add(random.nextInt(node), node, random.nextInt(5) / 4.0, "random");
        }
        return tree;
    }

    private static int find(TokenTree tree, int[] path) {
        int node = TokenTree.ROOT;
        for (int token : path) {
            node = tree.child(node, token);
            if (node == TokenTree.NONE) {
                return -1;
            }
        }
        return node;
    }

    private static double[] paths(TokenTree tree) {
        double[] paths = new double[tree.size()];
        paths[0] = 1;
        for (int node = 1; node < paths.length; node++) {
            paths[node] = paths[tree.parent(node)] * tree.confidence(node);
        }
        return paths;
    }

    private static double net(TokenTree tree, double[] costs) {
        double[] paths = paths(tree);
        double sum = 0;
        for (int node = 1; node < paths.length; node++) {
            sum += paths[node];
        }
        return sum - (costs[tree.size() - 1] - costs[0]);
    }

    /** By the best sums of any nodes, connected or not. */
    private static double bestNet(TokenTree draft, double[] costs) {
        double[] paths = paths(draft);
        paths[0] = Double.NEGATIVE_INFINITY;
        Arrays.sort(paths);
        double best = 0;
        double sum = 0;
        for (int nodes = 1; nodes < draft.size(); nodes++) {
            sum += paths[paths.length - nodes];
            best = Math.max(best, sum - (costs[nodes] - costs[0]));
        }
        return best;
    }
}
