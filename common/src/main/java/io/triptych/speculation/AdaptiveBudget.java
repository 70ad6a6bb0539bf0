package io.triptych.speculation;

import java.util.Arrays;

/**
 * The budget of one sequence that makes it fastest: of a draft it keeps the most probable nodes, as many as bring more
 * tokens than the time their rows take is worth, and none where nothing pays.
 *
 * <p>The expected tokens of a pass with a set of nodes are one plus the sum of their path probabilities (Wang et al.,
 * "OPT-Tree", 2024). A path is never more probable than its parent's, so the best nodes always form a tree. Drafters
 * that promise too much are trusted less, by what came of their promises; where drafting as a whole costs more than it
 * brings it stops, and is tried again ever more rarely, so that the worst text costs next to nothing.
 *
 * <p>A draft that holds candidates drawn from a proposal is scored whole: to drop a node after its token is known would
 * bias the rejection rules. There only {@link #allowance} limits it. Used by the inference thread only.
 */
public final class AdaptiveBudget implements BudgetController {
    /** What drafting may lose before it stops, in plain steps. Ample, as a good drafter stops by itself what does not pay. */
    private static final double CREDIT_IN_PASSES = 3;

    private final PassCost cost;
    private final int maximumNodes;
    private final TokenRate rate;
    private final ProbingGate gate;
    private final Trust trust = new Trust();
    private final TypicalValue draftTime = new TypicalValue();
    private boolean drafting;
    private boolean drafted;

    /**
     * @param cost of the target, shared by all its sequences
     * @param maximumNodes the most nodes of a draft, at least 0
     */
    public AdaptiveBudget(PassCost cost, int maximumNodes) {
        this.cost = cost;
        this.maximumNodes = Math.min(maximumNodes, cost.maximumRows() - 1);
        this.rate = new TokenRate(cost);
        this.gate = new ProbingGate(CREDIT_IN_PASSES * cost.seconds(1));
    }

    @Override
    public int allowance() {
        drafting = maximumNodes > 0 && gate.open();
        return drafting ? maximumNodes : 0;
    }

    @Override
    public TokenTree select(TokenTree draft) {
        if (drawn(draft)) {
            return draft;
        }
        double[] paths = Trust.pathProbabilities(draft);
        long[] ranking = ranking(paths);
        int nodes = best(paths, ranking);
        return nodes == ranking.length ? draft : part(draft, ranking, nodes);
    }

    @Override
    public void observe(TokenTree scored, Verdict verdict, double draftSeconds, double passSeconds) {
        double promise = Trust.promise(scored);
        cost.observe(scored.size(), passSeconds);
        double typicalSeconds = cost.seconds(scored.size());
        if (drafting) {
            if (drafted) { // the first draft reads the prompt, which says nothing of the others
                draftTime.observe(draftSeconds);
            }
            drafted = true;
            typicalSeconds += draftTime.value();
            double gain = trust.factor() * promise / rate.tokensPerSecond();
            gate.record(gain - (typicalSeconds - cost.seconds(1)));
        }
        rate.record(verdict.length(), typicalSeconds);
        trust.record(promise, verdict.path().length);
        drafting = false;
    }

    /** How many of the ranked nodes to score: what the last of them bring is worth more than the time they take. */
    private int best(double[] paths, long[] ranking) {
        int best = 0;
        double bestNet = 0;
        double sum = 0;
        for (int nodes = 1; nodes <= Math.min(ranking.length, maximumNodes); nodes++) {
            sum += paths[node(ranking[nodes - 1])];
            double net = trust.factor() * sum - rate.tokensPerSecond() * (cost.seconds(1 + nodes) - cost.seconds(1));
            if (net > bestNet) {
                bestNet = net;
                best = nodes;
            }
        }
        return best;
    }

    private static boolean drawn(TokenTree draft) {
        for (int node = 1; node < draft.size(); node++) {
            if (draft.proposal(node) != null) {
                return true;
            }
        }
        return false;
    }

    /** The nodes but the root, best first, a parent always before its children; each in the low half of its key. */
    private static long[] ranking(double[] paths) {
        long[] keys = new long[paths.length - 1];
        for (int node = 1; node < paths.length; node++) {
            int order = Integer.MAX_VALUE - Float.floatToIntBits((float) paths[node]);
            keys[node - 1] = (long) order << 32 | node;
        }
        Arrays.sort(keys);
        return keys;
    }

    private static int node(long key) {
        return (int) key;
    }

    /** The tree of the first ranked nodes, in the draft's own order. */
    private static TokenTree part(TokenTree draft, long[] ranking, int nodes) {
        boolean[] kept = new boolean[draft.size()];
        for (int i = 0; i < nodes; i++) {
            kept[node(ranking[i])] = true;
        }
        TokenTree part = new TokenTree(draft.token(TokenTree.ROOT));
        int[] renumbered = new int[draft.size()];
        for (int node = 1; node < kept.length; node++) {
            if (kept[node]) {
                renumbered[node] = part.add(
                        renumbered[draft.parent(node)], draft.token(node), draft.confidence(node), draft.source(node));
            }
        }
        return part;
    }
}
