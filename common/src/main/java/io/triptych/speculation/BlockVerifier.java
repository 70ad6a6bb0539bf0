package io.triptych.speculation;

import io.triptych.sampling.Randomness;
import java.util.Arrays;

/**
 * Block verification of a chain (Sun et al., "Block verification accelerates speculative decoding", ICLR 2025): tests
 * prefixes as a whole instead of token after token and keeps the longest that passes, which accepts at least as many
 * tokens as speculative sampling does in expectation. Of a tree it reads the chain of first children.
 *
 * <p>With {@code p_0 = 1} and {@code p_i = min(1, p_{i-1} p(x_i) / q(x_i))}, the prefix of length i passes with
 * probability {@code S / (S + 1 - p_i)} for {@code S = sum of the positive part of p_i p(.|x_1..x_i) - q(.|x_1..x_i)},
 * the whole chain with the last {@code p_i}. After a shorter prefix the token is drawn from that positive part.
 *
 * <p>The fate of a token depends on the draws after it, which the other rules never look at. Two things follow: the
 * tests of a pass are told apart from those of any other pass, and a drafter must not use the noise of its draws in one
 * pass again in the next, so it keys it by the root's position and the depth. Where a chain ends may depend on the
 * tokens in it, but whether a drawn token stands in it must not depend on that token.
 */
public final class BlockVerifier implements Verifier {
    @Override
    public Contract contract() {
        return Contract.DISTRIBUTION;
    }

    @Override
    public Verdict verify(TokenTree tree, TargetDistribution target, Randomness randomness, long position) {
        int[] chain = firstChildren(tree);
        int accepted = 0;
        double weight = 1;
        double acceptedWeight = 1;
        int node = TokenTree.ROOT;
        for (int i = 1; i <= chain.length; i++) {
            int next = chain[i - 1];
            double[] proposal = tree.proposal(next);
            double proposed = proposal == null ? 1 : proposal[tree.token(next)];
            weight = Math.min(1, weight * target.after(node).probabilities()[tree.token(next)] / proposed);
            node = next;
            double pass = weight;
            if (i < chain.length) {
                double excess = excess(target.after(node).probabilities(), weight, tree, chain[i]);
                pass = excess / (excess + 1 - weight);
            }
            if (randomness.accept(pass, position, i)) {
                accepted = i;
                acceptedWeight = weight;
            }
        }
        int[] path = Arrays.copyOf(chain, accepted);
        int last = accepted == 0 ? TokenTree.ROOT : chain[accepted - 1];
        if (accepted == chain.length) {
            return new Verdict(path, randomness.draw(target.after(last), position + accepted), true);
        }
        Residual residual = new Residual(target.after(last).probabilities());
        subtract(residual, acceptedWeight, tree, chain[accepted]);
        return new Verdict(path, residual.draw(randomness, position + accepted), false);
    }

    private static int[] firstChildren(TokenTree tree) {
        int[] chain = new int[tree.size()];
        int length = 0;
        for (int n = tree.firstChild(TokenTree.ROOT); n != TokenTree.NONE; n = tree.firstChild(n)) {
            chain[length++] = n;
        }
        return Arrays.copyOf(chain, length);
    }

    /** The sum of the positive part of {@code weight * p - q}, where the next node was drawn from q. */
    private static double excess(double[] p, double weight, TokenTree tree, int next) {
        double[] q = tree.proposal(next);
        double sum = 0;
        for (int token = 0; token < p.length; token++) {
            double proposed = q != null ? q[token] : token == tree.token(next) ? 1 : 0;
            sum += Math.max(0, weight * p[token] - proposed);
        }
        return sum;
    }

    private static void subtract(Residual residual, double weight, TokenTree tree, int next) {
        if (tree.proposal(next) == null) {
            residual.exclude(tree.token(next));
        } else {
            residual.subtract(tree.proposal(next), 1 / weight);
        }
    }
}
