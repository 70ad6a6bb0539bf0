package io.triptych.sampling;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/**
 * Top-k, min-p and top-p: each excludes improbable tokens of a distribution that nobody has seen yet, in place. Where
 * equals straddle a threshold of top-k or top-p, the smaller tokens are kept.
 */
final class Truncation {
    /** Log weights are sorted into buckets of this many to one nat; the last bucket takes the rest. */
    private static final int BUCKETS_PER_NAT = 32;

    private static final int BUCKETS = 40 * BUCKETS_PER_NAT;

    private Truncation() {}

    /** Keeps the k most probable tokens. */
    static void topK(Categorical distribution, int k) {
        if (k < distribution.size()) {
            keepHeaviest(distribution, token -> 1, k);
        }
    }

    /** Keeps the tokens that are at least this share as probable as the most probable one. */
    static void minP(Categorical distribution, double share) {
        double threshold = Math.log(share);
        for (int token = 0; token < distribution.size(); token++) {
            if (distribution.weightOf(distribution.logits[token]) < threshold) {
                exclude(distribution, token);
            }
        }
    }

    /** Keeps the most probable tokens until their probabilities reach p together. */
    static void topP(Categorical distribution, double p) {
        double[] masses = new double[distribution.size()];
        double sum = 0;
        for (int token = 0; token < masses.length; token++) {
            masses[token] = Math.exp(distribution.weightOf(distribution.logits[token]));
            sum += masses[token];
        }
        keepHeaviest(distribution, token -> masses[token], p * sum);
    }

    /**
     * Keeps the heaviest tokens until their measure reaches a goal. Only the tokens of the one bucket in which that
     * happens are sorted.
     */
    private static void keepHeaviest(Categorical distribution, IntToDoubleFunction measure, double goal) {
        double[] measures = new double[BUCKETS];
        int[] buckets = new int[distribution.size()];
        for (int token = 0; token < buckets.length; token++) {
            buckets[token] = bucket(distribution.weightOf(distribution.logits[token]));
            measures[buckets[token]] += measure.applyAsDouble(token);
        }
        int boundary = 0;
        double reached = 0;
        while (boundary < BUCKETS - 1 && reached + measures[boundary] < goal) {
            reached += measures[boundary++];
        }
        long[] inBoundary = new long[distribution.size()];
        int count = 0;
        for (int token = 0; token < distribution.size(); token++) {
            if (buckets[token] > boundary) {
                exclude(distribution, token);
            } else if (buckets[token] == boundary) {
                inBoundary[count++] = descending(distribution.logits[token]) << 32 | token;
            }
        }
        Arrays.sort(inBoundary, 0, count);
        for (int i = 0; i < count; i++) {
            int token = (int) inBoundary[i];
            if (reached >= goal) {
                exclude(distribution, token);
            } else {
                reached += measure.applyAsDouble(token);
            }
        }
    }

    private static int bucket(double logWeight) {
        double bucket = -logWeight * BUCKETS_PER_NAT;
        return bucket < BUCKETS - 1 ? (int) bucket : BUCKETS - 1;
    }

    /** A key that is the smaller, the larger the value is: the bits of a float, made monotonous. */
    private static long descending(float value) {
        int bits = Float.floatToIntBits(value + 0f); // negative zero becomes zero
        return ~(bits ^ (bits >> 31 & Integer.MAX_VALUE));
    }

    private static void exclude(Categorical distribution, int token) {
        distribution.logits[token] = Float.NEGATIVE_INFINITY;
    }
}
