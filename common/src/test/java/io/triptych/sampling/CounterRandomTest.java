package io.triptych.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.triptych.sampling.CounterRandom.Stream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/** All inputs are fixed, so a test that passes once passes for ever; thresholds are at about 0.1 % significance. */
class CounterRandomTest {
    private static final int SAMPLES = 200_000;

    /** The four ways in which two values can be neighbours. */
    private static final List<IntToDoubleFunction> SEQUENCES = List.of(
            i -> new CounterRandom(i).uniform(Stream.TARGET, 7, 3),
            i -> new CounterRandom(11).uniform(Stream.TARGET, i, 3),
            i -> new CounterRandom(11).uniform(Stream.TARGET, 7, i),
            i -> new CounterRandom(i / 5).uniform(Stream.values()[i % 5], 7, 3),
            i -> new CounterRandom(0).member(i).uniform(Stream.TARGET, 0, 0),
            i -> new CounterRandom(-i / 100).uniform(Stream.ACCEPT, i / 10 % 10, i % 10));

    @Test
    void valuesAreUniform() {
        for (IntToDoubleFunction sequence : SEQUENCES) {
            int[] counts = new int[256];
            for (int i = 0; i < SAMPLES; i++) {
                counts[(int) (256 * sequence.applyAsDouble(i))]++;
            }
            assertThat(chiSquare(counts)).isBetween(190.0, 330.0);
        }
    }

    @Test
    void neighboursAreIndependent() {
        for (IntToDoubleFunction sequence : SEQUENCES) {
            for (int lag : new int[] {1, 2, 64}) {
                int[] counts = new int[256];
                for (int i = 0; i < SAMPLES; i++) {
                    int x = (int) (16 * sequence.applyAsDouble(i));
                    int y = (int) (16 * sequence.applyAsDouble(i + lag));
                    counts[16 * x + y]++;
                }
                assertThat(chiSquare(counts)).isBetween(190.0, 330.0);
            }
        }
    }

    @Test
    void lowBitsAreUniformToo() {
        for (IntToDoubleFunction sequence : SEQUENCES) {
            int[] counts = new int[256];
            for (int i = 0; i < SAMPLES; i++) {
                counts[(int) ((long) (sequence.applyAsDouble(i) * 0x1p52) & 255)]++;
            }
            assertThat(chiSquare(counts)).isBetween(190.0, 330.0);
        }
    }

    /** Over many seeds, because one seed's mean is off by four standard errors once in 16,000: that of seed 5 is. */
    @Test
    void gumbelValuesHaveTheirMoments() {
        int seeds = 500;
        int samples = 4000;
        double expectedMean = 0.5772156649; // Euler's constant
        double expectedVariance = Math.PI * Math.PI / 6;
        double sum = 0;
        double squares = 0;
        double scores = 0;
        for (int seed = 0; seed < seeds; seed++) {
            CounterRandom random = new CounterRandom(seed);
            double sumOfSeed = 0;
            for (int position = 0; position < samples; position++) {
                double value = random.gumbel(Stream.TARGET, position, 0);
                sumOfSeed += value;
                squares += value * value;
            }
            sum += sumOfSeed;
            scores += Math.pow(sumOfSeed / samples - expectedMean, 2) * samples / expectedVariance;
        }
        double mean = sum / seeds / samples;
        assertThat(mean).isCloseTo(expectedMean, within(0.003));
        assertThat(squares / seeds / samples - mean * mean).isCloseTo(expectedVariance, within(0.01));
        assertThat(scores / seeds)
                .as("variance of the seeds' means, in standard errors")
                .isBetween(0.8, 1.2);
    }

    @Test
    void drawsHaveTheirDistribution() {
        float[] logits = {0, 1, -1, Float.NEGATIVE_INFINITY, 2.5f, 0.3f, -4};
        Categorical distribution = Categorical.ofLogits(logits, 0.8);
        double[] p = distribution.probabilities();
        int[] draws = new int[p.length];
        int[] residuals = new int[p.length];
        for (int i = 0; i < SAMPLES; i++) {
            draws[new CounterRandom(i).draw(distribution, 9)]++;
            residuals[new CounterRandom(3).residual(p, i)]++;
        }
        assertThat(chiSquare(draws, p)).isLessThan(20.5);
        assertThat(chiSquare(residuals, p)).isLessThan(20.5);
        assertThat(draws[3] + residuals[3]).isZero();
    }

    /** The draw leaves out nearly all of the noise; it must never leave out the token that wins. */
    @Test
    void drawIsThePlainDefinition() {
        Random random = new Random(1);
        for (int row = 0; row < 6000; row++) {
            float[] logits = new float[1 + random.nextInt(row % 10 == 0 ? 3000 : 200)];
            double spread = Math.pow(10, random.nextInt(9) - 3);
            int levels = 1 + random.nextInt(5);
            for (int token = 0; token < logits.length; token++) {
                boolean level = row % 3 == 0; // many equal logits
                logits[token] = (float) (spread * (level ? random.nextInt(levels) : random.nextGaussian()));
                if (row % 4 == 0 && random.nextInt(3) > 0) {
                    logits[token] = Float.NEGATIVE_INFINITY;
                }
            }
            logits[random.nextInt(logits.length)] = (float) (row % 5 == 0 ? 40 : spread);
            double temperature = row % 7 == 0 ? 1e-9 : 0.1 + 1.9 * random.nextDouble();
            Categorical distribution = Categorical.ofLogits(logits, temperature);
            CounterRandom noise = new CounterRandom(row);
            assertThat(noise.draw(distribution, row)).isEqualTo(plain(noise, distribution, row));
        }
    }

    private static int plain(CounterRandom noise, Categorical distribution, long position) {
        int best = -1;
        double highest = Double.NEGATIVE_INFINITY;
        for (int token = 0; token < distribution.size(); token++) {
            double value = distribution.logWeight(token) + noise.gumbel(Stream.TARGET, position, token);
            if (value > highest) {
                highest = value;
                best = token;
            }
        }
        return best;
    }

    /** The same seed gives the same output for ever: these values never change. */
    @Test
    void noiseIsWhatItAlwaysWas() {
        CounterRandom random = new CounterRandom(42);
        assertThat(random.uniform(Stream.TARGET, 0, 0)).isEqualTo(0.7720564905202446);
        assertThat(random.uniform(Stream.ACCEPT, 1, 2)).isEqualTo(0.5193983726713439);
        assertThat(new CounterRandom(-1).uniform(Stream.DRAFT, 1L << 40, 150_000))
                .isEqualTo(0.7084924772832722);
        assertThat(random.gumbel(Stream.TARGET, 17, 8191)).isCloseTo(-1.376090754518927, within(1e-12));
        assertThat(random.member(0)).isEqualTo(random);
        assertThat(random.member(1).seed()).isEqualTo(8978114550167823L);
        Categorical flat = Categorical.ofLogits(new float[8192], 1);
        assertThat(new int[] {random.draw(flat, 0), random.draw(flat, 1), random.draw(flat, 2)})
                .containsExactly(6056, 6421, 2796);
        assertThat(random.residual(new double[] {1, 2, 3, 4}, 5)).isEqualTo(0);
    }

    @Test
    void certaintyNeedsNoNoise() {
        CounterRandom random = new CounterRandom(1);
        assertThat(random.draw(Categorical.certain(5, 9), 0)).isEqualTo(5);
        for (int i = 0; i < 1000; i++) {
            assertThat(random.accept(0, i, 0)).isFalse();
            assertThat(random.accept(Double.NaN, i, 0)).isFalse();
            assertThat(random.accept(1, i, 0)).isTrue();
        }
        assertThatThrownBy(() -> random.residual(new double[4], 0)).isInstanceOf(IllegalArgumentException.class);
    }

    private static double chiSquare(int[] counts) {
        double[] even = new double[counts.length];
        Arrays.fill(even, 1.0 / counts.length);
        return chiSquare(counts, even);
    }

    private static double chiSquare(int[] counts, double[] p) {
        double chiSquare = 0;
        for (int i = 0; i < counts.length; i++) {
            double expected = p[i] * SAMPLES;
            chiSquare += expected == 0 ? 0 : (counts[i] - expected) * (counts[i] - expected) / expected;
        }
        return chiSquare;
    }
}
