package io.triptych.speculation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.triptych.sampling.Categorical;
import io.triptych.sampling.SamplingParameters;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LogitsPipelineTest {
    /** Against the definitions written down plainly: every token's count taken anew, the whole vocabulary sorted. */
    @Test
    void processesAsTheDefinitionsSay() {
        Random random = new Random(3);
        for (int round = 0; round < 1500; round++) {
            int vocabulary = 2 + random.nextInt(round % 10 == 0 ? 2000 : 40);
            SamplingParameters parameters = new SamplingParameters(
                    random.nextBoolean() ? Map.of() : Map.of(1, 2.5f, 0, -3f),
                    random.nextBoolean() ? 1 : 0.5 + random.nextDouble(),
                    random.nextBoolean() ? 0 : random.nextDouble() * 4 - 2,
                    random.nextBoolean() ? 0 : random.nextDouble() * 4 - 2,
                    round % 8 == 0 ? 0 : 0.05 + 1.5 * random.nextDouble(),
                    random.nextBoolean() ? 0 : 1 + random.nextInt(vocabulary + 5),
                    random.nextBoolean() ? 0 : Math.pow(random.nextDouble(), 4),
                    random.nextBoolean() ? 1 : 0.01 + 0.99 * random.nextDouble());
            int[] prompt = random.ints(1 + random.nextInt(5), 0, vocabulary).toArray();
            int[] output = random.ints(random.nextInt(6), 0, vocabulary).toArray();
            int[] path = random.ints(random.nextInt(4), 0, vocabulary).toArray();
            float[] logits = new float[vocabulary];
            for (int token = 0; token < vocabulary; token++) {
                // Coarse values make ties at the thresholds.
                logits[token] = round % 3 == 0 ? random.nextInt(4) : (float) (8 * random.nextGaussian());
            }
            double[] expected = plainly(parameters, logits.clone(), prompt, concat(output, path));

            TokenHistory history = new TokenHistory(prompt);
            LogitsPipeline pipeline = new LogitsPipeline(parameters);
            for (int token : output) {
                pipeline.along(history, new TokenTree(history.last()), node -> new float[vocabulary])
                        .after(TokenTree.ROOT);
                history.append(token);
            }
            TokenTree tree = new TokenTree(history.last());
            int node = TokenTree.ROOT;
            for (int token : path) {
                tree.add(node, random.nextInt(vocabulary), 1, "sibling");
                node = tree.add(node, token, 1, "path");
            }
            Categorical actual =
                    pipeline.along(history, tree, ignored -> logits.clone()).after(node);
            for (int token = 0; token < vocabulary; token++) {
                assertThat(actual.probabilities()[token]).isCloseTo(expected[token], within(1e-9));
                assertThat(actual.probabilities()[token] == 0).isEqualTo(expected[token] == 0);
            }
        }
    }

    private static double[] plainly(SamplingParameters parameters, float[] logits, int[] prompt, int[] output) {
        parameters.logitBias().forEach((token, bias) -> logits[token] += bias);
        for (int token = 0; token < logits.length; token++) {
            int t = token;
            long inOutput = Arrays.stream(output).filter(o -> o == t).count();
            if (inOutput > 0 || Arrays.stream(prompt).anyMatch(o -> o == t)) {
                double value = logits[t] > 0
                        ? logits[t] / parameters.repetitionPenalty()
                        : logits[t] * parameters.repetitionPenalty();
                value -= inOutput * parameters.frequencyPenalty();
                value -= inOutput > 0 ? parameters.presencePenalty() : 0;
                logits[t] = (float) value;
            }
        }
        List<Integer> order = IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.comparing((Integer token) -> -logits[token]).thenComparing(token -> token))
                .toList();
        double[] p = new double[logits.length];
        if (parameters.temperature() == 0) {
            p[order.get(0)] = 1;
            return p;
        }
        double largest = logits[order.get(0)];
        for (int token : order.subList(0, parameters.topK() == 0 ? p.length : Math.min(parameters.topK(), p.length))) {
            p[token] = Math.exp((logits[token] - largest) / parameters.temperature());
            p[token] = p[token] >= parameters.minP() ? p[token] : 0;
        }
        double sum = Arrays.stream(p).sum();
        double reached = 0;
        for (int token : order) {
            if (parameters.topP() < 1 && reached >= parameters.topP() * sum) {
                p[token] = 0;
            }
            reached += p[token];
        }
        double kept = Arrays.stream(p).sum();
        return Arrays.stream(p).map(x -> x / kept).toArray();
    }

    private static int[] concat(int[] a, int[] b) {
        return IntStream.concat(Arrays.stream(a), Arrays.stream(b)).toArray();
    }

    @Test
    void equalsGoToTheSmallerTokens() {
        float[] equal = new float[100];
        assertThat(probabilities(parameters(0, 0, 1), equal)[0]).isEqualTo(1);
        double[] topK = probabilities(parameters(1, 7, 1), equal);
        double[] topP = probabilities(parameters(1, 0, 0.065), equal);
        for (int token = 0; token < 100; token++) {
            assertThat(topK[token] > 0).isEqualTo(token < 7);
            assertThat(topP[token] > 0).isEqualTo(token < 7);
        }
    }

    @Test
    void extremeTemperaturesAndLogitsAreHarmless() {
        float[] logits = {3e38f, -3e38f, 2e38f, Float.NEGATIVE_INFINITY};
        for (double temperature : new double[] {Double.MIN_VALUE, 1e-300, 1e-9, 1, 2}) {
            assertThat(probabilities(parameters(temperature, 3, 0.9), logits)).containsExactly(1, 0, 0, 0);
        }
    }

    @Test
    void penaltiesLeaveFiniteWhatIsFinite() {
        float[] logits = {5, 1, Float.NEGATIVE_INFINITY, -3};
        for (double penalty : new double[] {1e-38, Double.MIN_VALUE, 10}) {
            for (double temperature : new double[] {0, 1}) {
                SamplingParameters parameters = new SamplingParameters(Map.of(), penalty, 0, 0, temperature, 0, 0, 1);
                int best = penalty < 1 ? 0 : 1; // the history is of token 0
                assertThat(probabilities(parameters, logits)[best]).isGreaterThan(0.6);
                assertThat(probabilities(parameters, new float[] {Float.NEGATIVE_INFINITY, 1}))
                        .containsExactly(0, 1);
                assertThat(probabilities(parameters, new float[] {-3, 1})[0]).isLessThan(0.3);
            }
        }
        SamplingParameters cheap = new SamplingParameters(Map.of(), 1e-38, 0, 0, 1, 0, 0, 1);
        assertThatThrownBy(() -> probabilities(cheap, new float[] {Float.POSITIVE_INFINITY, 1}))
                .hasMessage("the logit of token 0 is Infinity");
    }

    @Test
    void whatIsNoDistributionIsRefused() {
        for (double temperature : new double[] {0, 1}) {
            SamplingParameters parameters = parameters(temperature, 0, 1);
            assertThatThrownBy(() -> probabilities(parameters, new float[] {1, Float.NaN, 2}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the logit of token 1 is NaN");
            assertThatThrownBy(() -> probabilities(parameters, new float[] {1, 0, Float.POSITIVE_INFINITY}))
                    .hasMessage("the logit of token 2 is Infinity");
            float[] none = {Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY};
            assertThatThrownBy(() -> probabilities(parameters, none)).hasMessageContaining("no token is left");
        }
        SamplingParameters outside = new SamplingParameters(Map.of(9, 1f), 1, 0, 0, 1, 0, 0, 1);
        assertThatThrownBy(() -> probabilities(outside, new float[3])).hasMessageContaining("token 9");
    }

    private static SamplingParameters parameters(double temperature, int topK, double topP) {
        return new SamplingParameters(Map.of(), 1, 0, 0, temperature, topK, 0, topP);
    }

    private static double[] probabilities(SamplingParameters parameters, float[] logits) {
        TokenHistory history = new TokenHistory(new int[] {0});
        return new LogitsPipeline(parameters)
                .along(history, new TokenTree(0), node -> logits.clone())
                .after(TokenTree.ROOT)
                .probabilities();
    }
}
