package io.triptych.sampling;

/**
 * The distribution of one token: natural-log weights, not necessarily normalised, where negative infinity excludes a
 * token. Immutable once made; {@link #probabilities} is computed when first asked for.
 */
public final class Categorical {
    private final double[] logWeights;
    private final int certain;
    private double[] probabilities;

    private Categorical(double[] logWeights, int certain) {
        this.logWeights = logWeights;
        this.certain = certain;
    }

    /** Takes ownership of the array. At least one entry must be finite, none may be NaN or positive infinity. */
    public static Categorical ofLogWeights(double[] logWeights) {
        return new Categorical(logWeights, -1);
    }

    /** A distribution given by probabilities that sum to one; the array is kept, not copied. */
    public static Categorical ofProbabilities(double[] probabilities) {
        double[] logWeights = new double[probabilities.length];
        for (int i = 0; i < logWeights.length; i++) {
            logWeights[i] = Math.log(probabilities[i]);
        }
        Categorical categorical = new Categorical(logWeights, -1);
        categorical.probabilities = probabilities;
        return categorical;
    }

    /** The point mass on a token, as temperature 0 gives. */
    public static Categorical certain(int token, int vocabularySize) {
        return new Categorical(new double[vocabularySize], token);
    }

    /** Size of the vocabulary. */
    public int size() {
        return logWeights.length;
    }

    /** The only possible token, or -1 if the distribution is not a point mass by construction. */
    public int certainToken() {
        return certain;
    }

    /** The natural-log weight of a token; comparable within this distribution only. */
    public double logWeight(int token) {
        if (certain >= 0) {
            return token == certain ? 0 : Double.NEGATIVE_INFINITY;
        }
        return logWeights[token];
    }

    /** The normalised probabilities, indexed by token. The caller does not change the array. */
    public double[] probabilities() {
        if (probabilities == null) {
            probabilities = normalise();
        }
        return probabilities;
    }

    private double[] normalise() {
        double[] p = new double[logWeights.length];
        if (certain >= 0) {
            p[certain] = 1;
            return p;
        }
        double max = Double.NEGATIVE_INFINITY;
        for (double w : logWeights) {
            max = Math.max(max, w);
        }
        double sum = 0;
        for (int i = 0; i < p.length; i++) {
            p[i] = Math.exp(logWeights[i] - max);
            sum += p[i];
        }
        for (int i = 0; i < p.length; i++) {
            p[i] /= sum;
        }
        return p;
    }
}
