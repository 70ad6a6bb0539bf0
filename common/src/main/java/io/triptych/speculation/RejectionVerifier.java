package io.triptych.speculation;

import io.triptych.sampling.Randomness;
import java.util.Arrays;

/** The walk that the rejection rules share: down the accepted children, then a draw from what the rejections left. */
abstract class RejectionVerifier implements Verifier {
    @Override
    public Contract contract() {
        return Contract.DISTRIBUTION;
    }

    @Override
    public final Verdict verify(TokenTree tree, TargetDistribution target, Randomness randomness, long position) {
        int[] path = new int[tree.size()];
        int length = 0;
        int node = TokenTree.ROOT;
        while (tree.firstChild(node) != TokenTree.NONE) {
            Residual residual = new Residual(goal(tree, node, target.after(node).probabilities(), position + length));
            int child = accepted(tree, node, residual, randomness, position + length);
            if (child == TokenTree.NONE) {
                int recovered = residual.draw(randomness, position + length);
                return new Verdict(Arrays.copyOf(path, length), recovered, false);
            }
            path[length++] = child;
            node = child;
        }
        int bonus = randomness.draw(target.after(node), position + length);
        return new Verdict(Arrays.copyOf(path, length), bonus, true);
    }

    /**
     * What the token after a node is to be distributed as: the target's own distribution, unless a rule is lossy. May
     * depend on what the node's children were drawn from, not on what was drawn.
     *
     * @param target not to be changed
     * @param position of that token in the sequence
     */
    double[] goal(TokenTree tree, int node, double[] target, long position) {
        return target;
    }

    /** Tries the children of a node; answers the accepted one, or none and what all the rejections left. */
    abstract int accepted(TokenTree tree, int node, Residual residual, Randomness randomness, long position);
}
