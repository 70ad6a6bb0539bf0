package io.triptych.speculation;

import io.triptych.sampling.Randomness;

/**
 * Recursive rejection sampling over a tree. The children of a node are tried in their order: a candidate x that was
 * drawn from q is accepted with probability {@code min(1, r(x) / q(x))}, where r is the target's distribution p at
 * first, and after every rejection the normalised positive part of {@code r - q}; when all are rejected, the token is
 * drawn from r. With one child everywhere it is speculative sampling (Leviathan et al., "Fast inference from
 * transformers via speculative decoding", ICML 2023; Chen et al., "Accelerating large language model decoding with
 * speculative sampling", 2023). Several candidates with replacement: Miao et al., "SpecInfer", ASPLOS 2024; without:
 * Jeon et al., "Recursive speculative decoding", 2024, and Yang et al., "Multi-candidate speculative decoding", 2024.
 *
 * <p>A candidate without a proposal is a point mass and may stand anywhere among the others. Whether a drawn candidate
 * stands in the tree at all may depend on its ancestors but not on its own token: leaving out improbable draws makes
 * the proposal another one.
 */
public final class MultiCandidateVerifier extends RejectionVerifier {
    /** How the siblings that share a proposal were drawn. */
    public enum Siblings {
        /** Each independently from the proposal. */
        WITH_REPLACEMENT,
        /** Each from the proposal renormalised over the tokens that its earlier siblings left. */
        WITHOUT_REPLACEMENT
    }

    private final Siblings siblings;

    public MultiCandidateVerifier(Siblings siblings) {
        this.siblings = siblings;
    }

    @Override
    int accepted(TokenTree tree, int node, Residual residual, Randomness randomness, long position) {
        int trial = 0;
        for (int child = tree.firstChild(node); child != TokenTree.NONE; child = tree.nextSibling(child)) {
            int token = tree.token(child);
            double[] proposal = proposal(tree, child);
            double proposed = proposal == null ? 1 : proposal[token];
            if (randomness.accept(residual.probability(token) / proposed, position, trial++)) {
                return child;
            }
            if (proposal == null) {
                residual.exclude(token);
            } else {
                residual.subtract(proposal, 1);
            }
        }
        return TokenTree.NONE;
    }

    /** What a child was drawn from, given its earlier siblings; null for a point mass. */
    private double[] proposal(TokenTree tree, int child) {
        double[] shared = tree.proposal(child);
        if (shared == null || siblings == Siblings.WITH_REPLACEMENT) {
            return shared;
        }
        double[] left = shared.clone();
        int sibling = tree.firstChild(tree.parent(child));
        for (; sibling != child; sibling = tree.nextSibling(sibling)) {
            if (tree.proposal(sibling) == shared) {
                left[tree.token(sibling)] = 0;
            }
        }
        double mass = 0;
        for (double probability : left) {
            mass += probability;
        }
        for (int token = 0; token < left.length; token++) {
            left[token] /= mass;
        }
        return left;
    }
}
