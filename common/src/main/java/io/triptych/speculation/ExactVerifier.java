package io.triptych.speculation;

import io.triptych.sampling.Randomness;
import java.util.Arrays;

/**
 * Accepts a draft exactly where it equals the token that the target draws itself under the request's noise. That token
 * is fixed by (seed, position, prefix) before any draft is seen, so the output is the output of plain decoding with the
 * same seed, for any tree from any drafter (shared Gumbel noise: Daliri et al., "Coupling without communication and
 * drafter-invariant speculative decoding", 2024).
 */
public final class ExactVerifier implements Verifier {
    @Override
    public Contract contract() {
        return Contract.EXACT;
    }

    @Override
    public Verdict verify(TokenTree tree, TargetDistribution target, Randomness randomness, long position) {
        int[] path = new int[tree.size()];
        int length = 0;
        int node = TokenTree.ROOT;
        while (true) {
            int token = randomness.draw(target.after(node), position + length);
            int child = tree.child(node, token);
            if (child == TokenTree.NONE) {
                return new Verdict(Arrays.copyOf(path, length), token, tree.firstChild(node) == TokenTree.NONE);
            }
            path[length++] = child;
            node = child;
        }
    }
}
