package io.triptych.text.draft;

import io.triptych.speculation.Target;
import io.triptych.speculation.TokenHistory;
import io.triptych.speculation.TokenTree;
import io.triptych.speculation.Verdict;

/**
 * Proposes what the target itself thought of last time it stood after the same token (Luo et al., "Turning trash into
 * treasure: accelerating inference of LLMs with token recycling", 2024). Beyond the paper it looks for the last three
 * tokens, then two, then one, and keeps logits with the candidates, so that they can be ranked anew by the noise of
 * the position.
 */
final class TokenRecyclingSource implements CandidateSource {
    static final String NAME = "token-recycling";

    /** How far a remembered logit may be off, by order of the context. */
    private static final double[] ERROR = {0, 1.5, 1.2, 1.0};

    private static final int PROPOSED = 4;

    private final SuccessorTable table;
    private final TokenNoise noise;
    private final TopTokens best = new TopTokens(SuccessorTable.WIDTH);
    private final double[] scale = new double[ERROR.length];
    private final double[] weights = new double[SuccessorTable.WIDTH];
    private final double[] ranks = new double[SuccessorTable.WIDTH];
    private TokenHistory history;

    TokenRecyclingSource(SuccessorTable table, TokenNoise noise, double temperature) {
        this.table = table;
        this.noise = noise;
        for (int order = 1; order < ERROR.length; order++) {
            scale[order] = Math.max(temperature, ERROR[order]);
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int kinds() {
        return SuccessorTable.ORDERS + 1;
    }

    @Override
    public void begin(TokenHistory current) {
        history = current;
    }

    @Override
    public void propose(CandidateTree tree, int node, int source) {
        int last = before(tree, node, 0);
        int second = before(tree, node, 1);
        int third = before(tree, node, 2);
        int longest = third < 0 ? second < 0 ? 1 : 2 : 3;
        for (int order = longest; order > 0; order--) {
            int entry = table.find(order, last, second, third);
            if (entry >= 0) {
                propose(tree, node, source, order, entry);
                return;
            }
        }
    }

    private void propose(CandidateTree tree, int node, int source, int order, int entry) {
        int position = tree.positionAfter(node);
        double largest = table.logit(entry, 0);
        double sum = 0;
        for (int rank = 0; rank < SuccessorTable.WIDTH; rank++) {
            double weight = (table.logit(entry, rank) - largest) / scale[order];
            sum += Math.exp(weight);
            weights[rank] = weight;
            ranks[rank] = weight + noise.ofLogProbability(position, table.token(entry, rank));
        }
        for (int rank = 0; rank < PROPOSED; rank++) {
            tree.propose(node, table.token(entry, rank), source, order, Math.exp(weights[rank]) / sum, false);
            ranks[rank] = Double.NEGATIVE_INFINITY;
        }
        for (int proposed = 0; noise.present() && proposed < PROPOSED; proposed++) {
            int best = largest(ranks);
            tree.propose(node, table.token(entry, best), source, order, Math.exp(weights[best]) / sum, true);
            ranks[best] = Double.NEGATIVE_INFINITY;
        }
    }

    private static int largest(double[] values) {
        int largest = 0;
        for (int i = 1; i < values.length; i++) {
            largest = values[i] > values[largest] ? i : largest;
        }
        return largest;
    }

    /** The token that stands so many places before the end of a node's path, or -1 before the beginning. */
    private int before(CandidateTree tree, int node, int places) {
        int n = node;
        int left = places;
        while (left > 0 && n != CandidateTree.ROOT) {
            n = tree.parent(n);
            left--;
        }
        int index = history.size() - 1 - left;
        return n != CandidateTree.ROOT ? tree.token(n) : index < 0 ? -1 : history.get(index);
    }

    /** Remembers the rows that the target's new tokens were drawn from. */
    @Override
    public void observe(TokenHistory current, TokenTree scored, Target.Scores scores, Verdict verdict) {
        int rootIndex = current.size() - verdict.length() - 1;
        remember(current, rootIndex, scores.logits(TokenTree.ROOT));
        for (int i = 0; i < verdict.path().length; i++) {
            remember(current, rootIndex + 1 + i, scores.logits(verdict.path()[i]));
        }
    }

    private void remember(TokenHistory current, int index, float[] logits) {
        best.select(logits);
        int second = index < 1 ? -1 : current.get(index - 1);
        int third = index < 2 ? -1 : current.get(index - 2);
        table.put(Math.min(SuccessorTable.ORDERS, index + 1), current.get(index), second, third, best);
    }
}
