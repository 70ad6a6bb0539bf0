package io.triptych.speculation;

import io.triptych.sampling.Randomness;

/**
 * Typical acceptance (Cai et al., "Medusa: Simple LLM inference acceleration framework with multiple decoding heads",
 * ICML 2024), after the criterion of Hewitt et al., "Truncation sampling as language model desmoothing", 2022. Lossy: a
 * drafted token x is accepted wherever it is not improbable, {@code p(x) > min(0.09, 0.3 exp(-H(p)))} with p the
 * target's processed distribution and H its entropy in nats, and the longest path of such tokens is kept, the first of
 * equals; the token after it is the target's own draw.
 *
 * <p>Bound: every accepted token fulfils the criterion; the distribution over them is the drafter's. At temperature 0
 * nothing but the most probable token fulfils it, and the output is that of plain decoding.
 */
public final class TypicalVerifier implements Verifier {
    private static final double EPSILON = 0.09;
    private static final double DELTA = 0.3;

    @Override
    public Contract contract() {
        return Contract.RELAXED;
    }

    @Override
    public Verdict verify(TokenTree tree, TargetDistribution target, Randomness randomness, long position) {
        double[] thresholds = new double[tree.size()]; // of the children of accepted nodes
        boolean[] accepted = new boolean[tree.size()];
        accepted[TokenTree.ROOT] = true;
        int deepest = TokenTree.ROOT;
        for (int node = 0; node < tree.size(); node++) {
            int parent = tree.parent(node);
            if (parent != TokenTree.NONE) {
                accepted[node] =
                        accepted[parent] && target.after(parent).probabilities()[tree.token(node)] > thresholds[parent];
            }
            if (accepted[node]) {
                deepest = tree.depth(node) > tree.depth(deepest) ? node : deepest;
                if (tree.firstChild(node) != TokenTree.NONE) {
                    thresholds[node] = threshold(target.after(node).probabilities());
                }
            }
        }
        int[] path = new int[tree.depth(deepest)];
        for (int node = deepest; node != TokenTree.ROOT; node = tree.parent(node)) {
            path[tree.depth(node) - 1] = node;
        }
        int next = randomness.draw(target.after(deepest), position + path.length);
        return new Verdict(path, next, tree.firstChild(deepest) == TokenTree.NONE);
    }

    private static double threshold(double[] p) {
        double entropy = 0;
        for (double probability : p) {
            entropy -= probability > 0 ? probability * Math.log(probability) : 0;
        }
        return Math.min(EPSILON, DELTA * Math.exp(-entropy));
    }
}
