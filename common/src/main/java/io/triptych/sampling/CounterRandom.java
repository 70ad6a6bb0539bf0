package io.triptych.sampling;

/**
 * Counter-based randomness: every value is a hash of (seed, stream, position, index), so there is no state to advance
 * and no order to keep (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011; the mixing function is
 * the finaliser of SplitMix64, Steele et al., OOPSLA 2014). Immutable and thread-safe.
 *
 * @param seed the request's seed; two requests with equal seeds share their noise
 */
public record CounterRandom(long seed) implements Randomness {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    /** Separates uses of one seed. */
    public enum Stream {
        /** The target's own draws, shared with drafters under the exact contract. */
        TARGET,
        /** Acceptance tests of the rejection rules. */
        ACCEPT,
        /** Redraws after a rejection. */
        RESIDUAL,
        /** A drafter's own draws under the distribution contract. */
        DRAFT,
        /** Seeds of the members of one request ({@code n} choices or images). */
        MEMBER
    }

    /** The seed of member {@code index} of a request: member 0 keeps the request's own. */
    public CounterRandom member(int index) {
        return index == 0 ? this : new CounterRandom(hash(key(Stream.MEMBER, 0), index));
    }

    /** A uniform value in the open interval (0, 1). */
    public double uniform(Stream stream, long position, int index) {
        return toUnit(hash(key(stream, position), index));
    }

    /** A standard Gumbel value: adding it to log weights and taking the largest draws from them (Gumbel 1954). */
    public double gumbel(Stream stream, long position, int token) {
        return -Math.log(-Math.log(uniform(stream, position, token)));
    }

    @Override
    public int draw(Categorical distribution, long position) {
        return draw(distribution, Stream.TARGET, position);
    }

    /** Draws by the largest of log weight plus Gumbel noise; ties go to the smaller token. */
    public int draw(Categorical distribution, Stream stream, long position) {
        if (distribution.certainToken() >= 0) {
            return distribution.certainToken();
        }
        long key = key(stream, position);
        int best = -1;
        double highest = Double.NEGATIVE_INFINITY;
        for (int token = 0; token < distribution.size(); token++) {
            double weight = distribution.logWeight(token);
            if (weight > Double.NEGATIVE_INFINITY) {
                double value = weight - Math.log(-Math.log(toUnit(hash(key, token))));
                if (value > highest) {
                    highest = value;
                    best = token;
                }
            }
        }
        return best;
    }

    @Override
    public boolean accept(double probability, long position, int trial) {
        return uniform(Stream.ACCEPT, position, trial) < probability;
    }

    @Override
    public int residual(double[] weights, long position) {
        double[] logWeights = new double[weights.length];
        boolean any = false;
        for (int i = 0; i < weights.length; i++) {
            logWeights[i] = Math.log(weights[i]);
            any |= weights[i] > 0;
        }
        if (!any) {
            throw new IllegalArgumentException("no weight is positive");
        }
        return draw(Categorical.ofLogWeights(logWeights), Stream.RESIDUAL, position);
    }

    private long key(Stream stream, long position) {
        return mix(mix(seed + GOLDEN * (stream.ordinal() + 1)) + GOLDEN * position);
    }

    private static long hash(long key, int index) {
        return mix(key + GOLDEN * (index + 1L));
    }

    private static double toUnit(long hash) {
        return ((hash >>> 11) + 0.5) * 0x1p-53;
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
