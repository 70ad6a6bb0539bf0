package io.triptych.speculation;

import io.triptych.sampling.Randomness;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Relaxed acceptance of image codes by their nearest neighbours in the codebook (Jang et al., "LANTERN: Accelerating
 * visual autoregressive models with relaxed speculative decoding", ICLR 2025). Codes with close vectors look alike, so a
 * guess is judged by the summed mass of itself and its neighbours. Lossy.
 *
 * <p>The paper gives every guess x a target of its own, to which the mass of x's neighbours counts as x's, and bounds
 * how far each of these is from the true one; what comes out then has no bound. Here the mass is moved once for all x
 * that the proposal q might have drawn: from each code that the target p wants more often than q draws it, to a
 * neighbour that q draws more often than p wants it, nearest neighbours first, until the moved mass is {@link #bound}.
 * The rejection rule then keeps to that one distribution. For a guess that is a point mass this is the paper's rule.
 *
 * <p>Bound: whatever was generated before, the total variation between the distribution of the next code and the
 * target's is at most {@link #bound}; for n codes together it is at most n times that. A code that the processors
 * exclude gets no mass.
 */
public final class LatentVerifier extends RejectionVerifier {
    private static final MultiCandidateVerifier RULE =
            new MultiCandidateVerifier(MultiCandidateVerifier.Siblings.WITHOUT_REPLACEMENT);

    private final int[][] neighbours;
    private final double bound;

    /**
     * @param neighbours for every code the codes that may stand for it, nearest first, itself not among them
     * @param bound the most mass to move, in [0, 1]
     */
    public LatentVerifier(int[][] neighbours, double bound) {
        if (!(bound >= 0 && bound <= 1)) {
            throw new IllegalArgumentException("a total variation of " + bound);
        }
        this.neighbours = neighbours;
        this.bound = bound;
    }

    /**
     * The nearest codes of every code by Euclidean distance, the smaller of equally near ones first.
     *
     * @param codebook a vector for every code, as the decoder looks it up
     * @param count neighbours of each code
     */
    public static int[][] nearest(float[][] codebook, int count) {
        return IntStream.range(0, codebook.length)
                .parallel()
                .mapToObj(code -> nearest(codebook, code, count))
                .toArray(int[][]::new);
    }

    private static int[] nearest(float[][] codebook, int code, int count) {
        int[] nearest = new int[Math.min(count, codebook.length - 1)];
        double[] distances = new double[nearest.length];
        int found = 0;
        for (int other = 0; other < codebook.length; other++) {
            double distance = distance(codebook[code], codebook[other]);
            if (other == code || (found == nearest.length && (found == 0 || distance >= distances[found - 1]))) {
                continue;
            }
            int place = found == nearest.length ? found - 1 : found++;
            for (; place > 0 && distances[place - 1] > distance; place--) {
                distances[place] = distances[place - 1];
                nearest[place] = nearest[place - 1];
            }
            distances[place] = distance;
            nearest[place] = other;
        }
        return nearest;
    }

    private static double distance(float[] one, float[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            double difference = one[i] - other[i];
            sum += difference * difference;
        }
        return sum;
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
        int guess = tree.firstChild(node);
        double[] proposal = tree.proposal(guess);
        double[] goal = target.clone();
        if (proposal == null) {
            double[] certain = new double[target.length];
            certain[tree.token(guess)] = 1;
            move(goal, certain, new int[] {tree.token(guess)});
        } else {
            int[] wanting = IntStream.range(0, goal.length)
                    .filter(code -> goal[code] > 0 && goal[code] < proposal[code])
                    .toArray();
            move(goal, proposal, wanting);
        }
        return goal;
    }

    private void move(double[] goal, double[] proposal, int[] wanting) {
        double left = bound;
        int most = Arrays.stream(wanting)
                .map(code -> neighbours[code].length)
                .max()
                .orElse(0);
        for (int rank = 0; rank < most && left > 0; rank++) {
            for (int code : wanting) {
                if (rank < neighbours[code].length && goal[code] > 0) {
                    int giving = neighbours[code][rank];
                    double mass = Math.min(proposal[code] - goal[code], goal[giving] - proposal[giving]);
                    mass = Math.max(0, Math.min(mass, left));
                    goal[code] += mass;
                    goal[giving] -= mass;
                    left -= mass;
                }
            }
        }
    }

    @Override
    int accepted(TokenTree tree, int node, Residual residual, Randomness randomness, long position) {
        return RULE.accepted(tree, node, residual, randomness, position);
    }
}
