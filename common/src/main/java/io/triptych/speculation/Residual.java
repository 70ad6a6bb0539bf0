package io.triptych.speculation;

import io.triptych.sampling.Randomness;

/**
 * What the rejections at a node leave of the target's distribution. Where rounding would leave nothing, which takes a
 * rejection that had no probability but rounding's, it stays as it was: what the target excludes is never drawn.
 */
final class Residual {
    private double[] weights;
    private double mass = 1;

    /** @param target probabilities, indexed by token; copied */
    Residual(double[] target) {
        weights = target.clone();
    }

    /** The probability of a token in what is left. */
    double probability(int token) {
        return weights[token] / mass;
    }

    /** Becomes the normalised positive part of itself minus {@code factor * proposal}. */
    void subtract(double[] proposal, double factor) {
        double[] rest = new double[weights.length];
        double sum = 0;
        for (int token = 0; token < rest.length; token++) {
            rest[token] = Math.max(0, weights[token] / mass - factor * proposal[token]);
            sum += rest[token];
        }
        if (sum > 0) {
            weights = rest;
            mass = sum;
        }
    }

    /** Subtracts the point mass on a token, in constant time as a rule. */
    void exclude(int token) {
        double excluded = weights[token];
        weights[token] = 0;
        double rest = mass - excluded;
        if (rest < 1e-3 * mass) { // cancellation
            rest = 0;
            for (double weight : weights) {
                rest += weight;
            }
        }
        if (rest > 0) {
            mass = rest;
        } else {
            weights[token] = excluded;
        }
    }

    /** The recovered token. */
    int draw(Randomness randomness, long position) {
        return randomness.residual(weights, position);
    }
}
