package io.triptych.speculation;

import java.util.Arrays;

/**
 * How many tokens a pass has yielded by the length of its Jacobi window: what the requests of one engine that decode
 * alike (one contract, guided or not) learn from each other. Older passes count less and less, so that a length that
 * once disappointed is tried again now and then. Used by the inference thread only.
 *
 * <p>To look at what a window's guesses brought in the same pass would not tell what its length is worth: guesses far
 * behind the first rejection converge there for the passes to come. So whole stretches of passes with one length are
 * counted.
 */
public final class WindowExperience {
    /** The lengths that are told apart. The first is plain decoding. */
    static final int[] LENGTHS = {0, 4, 8, 12, 16, 24, 32, 48, 64};

    /** What a pass yields besides its one sure token: at first assumed to grow to this, by so much a guess. */
    private static final double MOST_GAIN = 3.5;

    private static final double GUESSES = 12;

    /** In passes. */
    private static final double PRIOR_WEIGHT = 24;

    private static final double KEEP = 1 - 1 / 600.0;

    private final double[] passes = new double[LENGTHS.length];
    private final double[] gains = new double[LENGTHS.length];

    /** The tokens that a pass with a window of {@code LENGTHS[choice]} is expected to yield besides the first. */
    double gain(int choice) {
        return (PRIOR_WEIGHT * scale() * prior(choice) + gains[choice]) / (PRIOR_WEIGHT + passes[choice]);
    }

    /** Learns from a pass. */
    void record(int choice, int tokens) {
        for (int i = 0; i < LENGTHS.length; i++) {
            passes[i] *= KEEP;
            gains[i] *= KEEP;
        }
        passes[choice]++;
        gains[choice] += tokens - 1;
    }

    /** How much better windows do than assumed at first, whatever their length. */
    private double scale() {
        double assumed = PRIOR_WEIGHT;
        for (int i = 0; i < LENGTHS.length; i++) {
            assumed += passes[i] * prior(i);
        }
        return (PRIOR_WEIGHT + Arrays.stream(gains).sum()) / assumed;
    }

    private static double prior(int choice) {
        return MOST_GAIN * (1 - Math.exp(-LENGTHS[choice] / GUESSES));
    }
}
