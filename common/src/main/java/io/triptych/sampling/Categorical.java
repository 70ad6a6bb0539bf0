package io.triptych.sampling;

/**
 * The distribution of one token: a softmax of logits at a temperature, where a logit of negative infinity excludes its
 * token, or a point mass. Immutable once published; {@link #probabilities} is computed when first asked for.
 */
public final class Categorical {
    /** What log weights are made of; null for a point mass. */
    final float[] logits;

    private final float largest;
    private final double scale;
    private final int size;
    private final int certain;
    private double[] probabilities;

    private Categorical(float[] logits, float largest, double scale, int size, int certain) {
        this.logits = logits;
        this.largest = largest;
        this.scale = scale;
        this.size = size;
        this.certain = certain;
    }

    /**
     * The softmax of {@code logits / temperature}. Takes ownership of the array.
     *
     * @param temperature greater than 0
     * @throws IllegalArgumentException if a logit is NaN or positive infinity, or none is finite
     */
    public static Categorical ofLogits(float[] logits, double temperature) {
        float largest = logits[largest(logits)];
        // The cap keeps the largest token's weight at 0 for a temperature whose inverse overflows.
        return new Categorical(logits, largest, Math.min(1 / temperature, Double.MAX_VALUE), logits.length, -1);
    }

    /**
     * The softmax at a request's temperature, or the point mass on the largest at 0, less what top-k, min-p and top-p
     * exclude. Takes ownership of the array.
     *
     * @throws IllegalArgumentException if a logit is NaN or positive infinity, or none is finite
     */
    public static Categorical of(float[] logits, SamplingParameters parameters) {
        if (parameters.temperature() == 0) {
            return certain(largest(logits), logits.length);
        }
        Categorical distribution = ofLogits(logits, parameters.temperature());
        if (parameters.topK() > 0) {
            Truncation.topK(distribution, parameters.topK());
        }
        if (parameters.minP() > 0) {
            Truncation.minP(distribution, parameters.minP());
        }
        if (parameters.topP() < 1) {
            Truncation.topP(distribution, parameters.topP());
        }
        return distribution;
    }

    /** Every token with the same probability. */
    public static Categorical uniform(int vocabularySize) {
        return ofLogits(new float[vocabularySize], 1);
    }

    /** The point mass on a token, as temperature 0 gives. */
    public static Categorical certain(int token, int vocabularySize) {
        return new Categorical(null, 0, 1, vocabularySize, token);
    }

    /**
     * The token with the largest logit, the smallest of equals.
     *
     * @throws IllegalArgumentException if a logit is NaN or positive infinity, or none is finite
     */
    public static int largest(float[] logits) {
        int best = -1;
        float largest = Float.NEGATIVE_INFINITY;
        for (int token = 0; token < logits.length; token++) {
            if (!(logits[token] <= largest)) { // true for NaN as well
                if (!(logits[token] < Float.POSITIVE_INFINITY)) {
                    throw new IllegalArgumentException("the logit of token " + token + " is " + logits[token]);
                }
                largest = logits[token];
                best = token;
            }
        }
        if (best < 0) {
            throw new IllegalArgumentException("no token is left: every logit is negative infinity");
        }
        return best;
    }

    /** Size of the vocabulary. */
    public int size() {
        return size;
    }

    /** The only possible token, or -1 if the distribution is not a point mass by construction. */
    public int certainToken() {
        return certain;
    }

    /** The natural-log weight of a token relative to the most probable one: 0 for that, negative infinity if excluded. */
    public double logWeight(int token) {
        if (certain >= 0) {
            return token == certain ? 0 : Double.NEGATIVE_INFINITY;
        }
        return weightOf(logits[token]);
    }

    /** The log weight that a logit of this distribution stands for; grows with the logit. */
    double weightOf(float logit) {
        return ((double) logit - largest) * scale;
    }

    /** The normalised probabilities, indexed by token. The caller does not change the array. */
    public double[] probabilities() {
        if (probabilities == null) {
            probabilities = normalise();
        }
        return probabilities;
    }

    private double[] normalise() {
        double[] p = new double[size];
        if (certain >= 0) {
            p[certain] = 1;
            return p;
        }
        double sum = 0;
        for (int token = 0; token < size; token++) {
            p[token] = Math.exp(weightOf(logits[token]));
            sum += p[token];
        }
        for (int token = 0; token < size; token++) {
            p[token] /= sum;
        }
        return p;
    }
}
