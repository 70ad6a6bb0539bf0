package io.triptych.speculation;

import java.util.Arrays;

/**
 * Codes of a codebook that sound alike, in overlapping groups: one around every vector, of it and its nearest. A code
 * belongs to its groups in equal shares. Immutable.
 */
public final class AcousticGroups {
    private final int[][] groups;
    private final double[] shares;

    /**
     * @param groups the codes of each
     * @param codes size of the codebook; a code in no group sounds like itself only
     */
    AcousticGroups(int[][] groups, int codes) {
        this.groups = groups;
        shares = new double[codes];
        for (int[] group : groups) {
            for (int code : group) {
                shares[code]++;
            }
        }
        Arrays.setAll(shares, code -> shares[code] == 0 ? 0 : 1 / shares[code]);
    }

    /**
     * Groups by Euclidean distance.
     *
     * @param vectors of the codes that the codec has a vector for, the first ones of the codebook
     * @param codes size of the codebook
     * @param neighbours codes beside the one in a group's middle
     */
    public static AcousticGroups of(float[][] vectors, int codes, int neighbours) {
        int[][] groups = LatentVerifier.nearest(vectors, neighbours);
        for (int code = 0; code < groups.length; code++) {
            groups[code] = Arrays.copyOf(groups[code], groups[code].length + 1);
            groups[code][groups[code].length - 1] = code;
        }
        return new AcousticGroups(groups, codes);
    }

    /**
     * How a code is distributed that was accepted, or drawn again, by the masses of groups: where p and q are the masses
     * that target and proposal give a group, the code comes of the proposal within the group with probability min(p, q),
     * and of the target within it with the positive part of p - q. So each group comes as often as in the target. A code
     * without probability gets none.
     */
    double[] exchanged(double[] target, double[] proposal) {
        double[] exchanged = new double[target.length];
        for (int[] group : groups) {
            double p = 0;
            double q = 0;
            for (int code : group) {
                if (target[code] > 0) {
                    p += shares[code] * target[code];
                    q += shares[code] * proposal[code];
                }
            }
            double ofProposal = q > p ? p / q : 1;
            double ofTarget = p > q ? 1 - q / p : 0;
            for (int code : group) {
                if (target[code] > 0) {
                    exchanged[code] += shares[code] * (ofProposal * proposal[code] + ofTarget * target[code]);
                }
            }
        }
        for (int code = 0; code < target.length; code++) {
            if (shares[code] == 0) {
                exchanged[code] = target[code];
            }
        }
        return exchanged;
    }
}
