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
    private static final double LOG_2 = Math.log(2);
    private static final int UNIT_BITS = 52;
    private static final int BLOCK = 64;
    private static final long[] OFFSETS = new long[BLOCK];

    static {
        for (int i = 0; i < BLOCK; i++) {
            OFFSETS[i] = GOLDEN * (i + 1L);
        }
    }

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
        MEMBER,
        /** Seeds of what a drafter draws again and again for one position. */
        DRAFT_ROUND
    }

    /**
     * Member {@code index} of a request: member 0 keeps the request's own seed, the others have seeds of their own that
     * fit a JavaScript number, so that every client can send them back.
     */
    public CounterRandom member(int index) {
        return index == 0 ? this : new CounterRandom(hash(key(Stream.MEMBER, 0), index) >>> 11);
    }

    /** A uniform value in the open interval (0, 1). */
    public double uniform(Stream stream, long position, int index) {
        return toUnit(hash(key(stream, position), index));
    }

    /** A standard Gumbel value: adding it to log weights and taking the largest draws from them (Gumbel 1954). */
    public double gumbel(Stream stream, long position, int token) {
        return gumbel(hash(key(stream, position), token));
    }

    @Override
    public int draw(Categorical distribution, long position) {
        return draw(distribution, Stream.TARGET, position);
    }

    /**
     * Draws by the largest of log weight plus {@link #gumbel} noise; ties go to the smaller token.
     *
     * <p>Hardly a token's noise is ever computed. With u the uniform value behind it, -log u is at least 1 - u, so the
     * noise is at most -log(1 - u), which is less than {@code k log 2} unless the first k bits of u are all ones. So a
     * token can overtake the best one so far only if u begins with as many ones as its log weight lacks, counted in
     * steps of log 2; asked of the heaviest of a block of tokens, this leaves one comparison of integers per token.
     */
    public int draw(Categorical distribution, Stream stream, long position) {
        if (distribution.certainToken() >= 0) {
            return distribution.certainToken();
        }
        float[] logits = distribution.logits;
        long key = key(stream, position);
        long[] hashes = new long[BLOCK];
        int best = -1;
        double highest = Double.NEGATIVE_INFINITY;
        for (int from = 0; from < logits.length; from += BLOCK) {
            int to = Math.min(from + BLOCK, logits.length);
            double heaviest = distribution.weightOf(largest(logits, from, to));
            // What rounding may add to the noise is far below the 1e-9.
            int ones = (int) Math.max(0, (highest - heaviest - 1e-9) / LOG_2);
            if (ones > UNIT_BITS) {
                continue;
            }
            hash(key + GOLDEN * from, hashes);
            for (int token = from; token < to; token++) {
                long hash = hashes[token - from];
                if (~hash >>> 1 >>> (63 - ones) == 0) {
                    double value = distribution.weightOf(logits[token]) + gumbel(hash);
                    if (value > highest) {
                        highest = value;
                        best = token;
                    }
                }
            }
        }
        return best;
    }

    /**
     * Draws from non-negative weights, not necessarily normalised, by inverting their sums: one uniform value decides.
     *
     * @throws IllegalArgumentException if no weight is positive
     */
    public int draw(double[] weights, Stream stream, long position) {
        double total = 0;
        for (double weight : weights) {
            total += weight;
        }
        double rest = total * uniform(stream, position, 0);
        int token = -1;
        for (int i = 0; i < weights.length && rest >= 0; i++) {
            if (weights[i] > 0) {
                token = i;
                rest -= weights[i];
            }
        }
        if (token < 0) {
            throw new IllegalArgumentException("no weight is positive");
        }
        return token;
    }

    @Override
    public boolean accept(double probability, long position, int trial) {
        return uniform(Stream.ACCEPT, position, trial) < probability;
    }

    @Override
    public int residual(double[] weights, long position) {
        return draw(weights, Stream.RESIDUAL, position);
    }

    @Override
    public CounterRandom ofDrafts(int round) {
        return new CounterRandom(key(Stream.DRAFT_ROUND, round));
    }

    private long key(Stream stream, long position) {
        return mix(mix(seed + GOLDEN * (stream.ordinal() + 1)) + GOLDEN * position);
    }

    private static long hash(long key, int index) {
        return mix(key + GOLDEN * (index + 1L));
    }

    /** Fills an array with the hashes of consecutive indices from 0; written so that it compiles to vector code. */
    private static void hash(long key, long[] hashes) {
        for (int i = 0; i < hashes.length; i++) {
            hashes[i] = mix(key + OFFSETS[i]);
        }
    }

    private static double gumbel(long hash) {
        return -Math.log(-Math.log(toUnit(hash)));
    }

    /** The middle of one of 2^52 equal parts of (0, 1): with one bit more the last would round to 1. */
    private static double toUnit(long hash) {
        return ((hash >>> (64 - UNIT_BITS)) + 0.5) * 0x1p-52;
    }

    private static float largest(float[] values, int from, int to) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int i = from; i < to; i++) {
            largest = values[i] > largest ? values[i] : largest;
        }
        return largest;
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
