package io.triptych.speculation;

import io.triptych.sampling.Randomness;

/**
 * Relaxed acceptance of codes of speech by groups that sound alike (Yanuka et al., "Principled coarse-grained acceptance
 * for speculative decoding in speech", 2025), on late codebooks only, which hold detail. Lossy.
 *
 * <p>The paper draws a group of the guess's, accepts by the masses that target and proposal give the group, and keeps the
 * guess as one of its members: groups are distributed as the target has them, but nothing bounds how far the codes are
 * from it. Here the distribution that comes out of this is mixed with the target's, as far as {@link #bound} allows, and
 * the rejection rule keeps to the mixture, which accepts a guess at least as often as the paper's rule does where the
 * bound leaves it alone.
 *
 * <p>Bound: whatever was generated before, the total variation between the distribution of the next code and the
 * target's is at most {@link #bound} in codebooks with groups, and 0 in the others; for a frame it is at most the sum. A
 * code that the processors exclude gets no mass.
 */
public final class AcousticGroupVerifier extends RejectionVerifier {
    private static final MultiCandidateVerifier RULE =
            new MultiCandidateVerifier(MultiCandidateVerifier.Siblings.WITHOUT_REPLACEMENT);

    private final AcousticGroups[] groups;
    private final int promptLength;
    private final double bound;

    /**
     * @param groups of each codebook of a frame; null where the target's distribution is kept
     * @param promptLength tokens before the first frame
     * @param bound the largest total variation, in [0, 1]
     */
    public AcousticGroupVerifier(AcousticGroups[] groups, int promptLength, double bound) {
        if (!(bound >= 0 && bound <= 1)) {
            throw new IllegalArgumentException("a total variation of " + bound);
        }
        this.groups = groups.clone();
        this.promptLength = promptLength;
        this.bound = bound;
    }

    @Override
    public Contract contract() {
        return Contract.RELAXED;
    }

    /** The most that the distribution of a code may differ from the target's, in total variation. */
    public double bound() {
        return bound;
    }

    @Override
    double[] goal(TokenTree tree, int node, double[] target, long position) {
        AcousticGroups alike = groups[(int) ((position - promptLength) % groups.length)];
        if (alike == null) {
            return target;
        }
        double[] goal = alike.exchanged(target, proposal(tree, tree.firstChild(node), target.length));
        double variation = 0;
        for (int code = 0; code < goal.length; code++) {
            variation += Math.abs(goal[code] - target[code]) / 2;
        }
        if (variation > bound) {
            double share = bound / variation;
            for (int code = 0; code < goal.length; code++) {
                goal[code] = target[code] + share * (goal[code] - target[code]);
            }
        }
        return goal;
    }

    private static double[] proposal(TokenTree tree, int guess, int codes) {
        if (tree.proposal(guess) != null) {
            return tree.proposal(guess);
        }
        double[] certain = new double[codes];
        certain[tree.token(guess)] = 1;
        return certain;
    }

    @Override
    int accepted(TokenTree tree, int node, Residual residual, Randomness randomness, long position) {
        return RULE.accepted(tree, node, residual, randomness, position);
    }
}
