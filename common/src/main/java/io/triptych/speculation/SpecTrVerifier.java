package io.triptych.speculation;

import io.triptych.sampling.Randomness;

/**
 * K-sequential selection (Sun et al., "SpecTr: Fast speculative decoding via optimal transport", NeurIPS 2023). Of k
 * children drawn independently from one q, each is accepted with probability {@code min(1, p(x) / (rho q(x)))}; rho
 * in [1, k] makes up for the k chances. With {@code b = sum of min(q, p / rho)}, the share that one candidate is
 * accepted with, any rho for which {@code 1 - (1 - b)^k <= rho b} keeps the target's distribution, and the smallest
 * accepts most. If all are rejected the token is drawn from the positive part of
 * {@code p - min(q, p / rho) (1 - (1 - b)^k) / b}.
 *
 * <p>Consecutive siblings that share one proposal array are one selection; what it leaves is the p of the next. A
 * candidate without a proposal is a point mass, a selection of its own. As with {@link MultiCandidateVerifier} under
 * replacement, no draw may be left out of the tree for its own token's sake.
 */
public final class SpecTrVerifier extends RejectionVerifier {
    private static final int BISECTIONS = 30;

    @Override
    int accepted(TokenTree tree, int node, Residual residual, Randomness randomness, long position) {
        int trial = 0;
        int child = tree.firstChild(node);
        while (child != TokenTree.NONE) {
            double[] proposal = tree.proposal(child);
            if (proposal == null) {
                if (randomness.accept(residual.probability(tree.token(child)), position, trial++)) {
                    return child;
                }
                residual.exclude(tree.token(child));
                child = tree.nextSibling(child);
                continue;
            }
            int candidates = run(tree, child);
            double rho = rho(residual, proposal, candidates);
            for (int i = 0; i < candidates; i++) {
                int token = tree.token(child);
                if (randomness.accept(residual.probability(token) / (rho * proposal[token]), position, trial++)) {
                    return child;
                }
                child = tree.nextSibling(child);
            }
            reject(residual, proposal, rho, candidates);
        }
        return TokenTree.NONE;
    }

    /** How many consecutive siblings from {@code child} on share its proposal. */
    private static int run(TokenTree tree, int child) {
        int count = 0;
        for (int c = child; c != TokenTree.NONE && tree.proposal(c) == tree.proposal(child); c = tree.nextSibling(c)) {
            count++;
        }
        return count;
    }

    /** The smallest valid rho, approached from the side on which every value is valid. */
    private static double rho(Residual p, double[] q, int k) {
        if (k == 1) {
            return 1;
        }
        double invalid = 1;
        double valid = k;
        for (int i = 0; i < BISECTIONS; i++) {
            double middle = (invalid + valid) / 2;
            double b = acceptedShare(p, q, middle);
            if (1 - Math.pow(1 - b, k) <= middle * b) {
                valid = middle;
            } else {
                invalid = middle;
            }
        }
        return valid;
    }

    private static double acceptedShare(Residual p, double[] q, double rho) {
        double share = 0;
        for (int token = 0; token < q.length; token++) {
            share += Math.min(q[token], p.probability(token) / rho);
        }
        return Math.min(1, share);
    }

    private static void reject(Residual p, double[] q, double rho, int k) {
        double b = acceptedShare(p, q, rho);
        if (b > 0) {
            double[] selected = new double[q.length];
            for (int token = 0; token < q.length; token++) {
                selected[token] = Math.min(q[token], p.probability(token) / rho);
            }
            p.subtract(selected, (1 - Math.pow(1 - b, k)) / b);
        }
    }
}
