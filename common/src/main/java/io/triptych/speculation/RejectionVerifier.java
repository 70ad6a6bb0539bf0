package io.triptych.speculation;

import io.triptych.sampling.Randomness;
import java.util.Arrays;

/** The walk that the rejection rules share: down the accepted children, then a draw from what the rejections left. */
abstract class RejectionVerifier implements Verifier {
    @Override
    public final Contract contract() {
        return Contract.DISTRIBUTION;
    }

    @Override
    public final Verdict verify(TokenTree tree, TargetDistribution target, Randomness randomness, long position) {
        int[] path = new int[tree.size()];
        int length = 0;
        int node = TokenTree.ROOT;
        while (tree.firstChild(node) != TokenTree.NONE) {
            Residual residual = new Residual(target.after(node).probabilities());
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

    /** Tries the children of a node; answers the accepted one, or none and what all the rejections left. */
    abstract int accepted(TokenTree tree, int node, Residual residual, Randomness randomness, long position);
}
