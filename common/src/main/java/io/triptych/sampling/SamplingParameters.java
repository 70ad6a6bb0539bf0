package io.triptych.sampling;

import java.util.Map;

/**
 * How the target's logits become a distribution. The processors run in the order of the components below, and the
 * result is the same wherever a position is scored: in plain decoding or on a path of a draft. Of equals at a threshold
 * the smaller tokens are preferred.
 *
 * @param logitBias added to the raw logit of a token, in [-100, 100]
 * @param repetitionPenalty divides positive and multiplies negative logits of tokens in prompt or output (Keskar et
 *     al., CTRL, 2019); greater than 0, 1 is none
 * @param frequencyPenalty subtracted once per occurrence in the output, in [-2, 2]
 * @param presencePenalty subtracted from tokens that occur in the output, in [-2, 2]
 * @param temperature divides the logits; 0 takes the largest, at most 2
 * @param topK keeps the k largest logits; 0 keeps all
 * @param minP drops tokens less probable than this share of the most probable one, in [0, 1] (Nguyen et al., 2024)
 * @param topP keeps the smallest set of tokens whose probability reaches this, in (0, 1] (Holtzman et al., 2020)
 */
public record SamplingParameters(
        Map<Integer, Float> logitBias,
        double repetitionPenalty,
        double frequencyPenalty,
        double presencePenalty,
        double temperature,
        int topK,
        double minP,
        double topP) {

    public SamplingParameters {
        logitBias = Map.copyOf(logitBias);
        logitBias.forEach((token, bias) -> {
            require("logit_bias", bias, -100, 100);
            if (token < 0) {
                throw new IllegalArgumentException("logit_bias names token " + token);
            }
        });
        if (!(repetitionPenalty > 0 && repetitionPenalty <= 10)) {
            throw new IllegalArgumentException("repetition_penalty must be greater than 0 and at most 10");
        }
        require("frequency_penalty", frequencyPenalty, -2, 2);
        require("presence_penalty", presencePenalty, -2, 2);
        require("temperature", temperature, 0, 2);
        if (topK < 0) {
            throw new IllegalArgumentException("top_k must not be negative");
        }
        require("min_p", minP, 0, 1);
        if (!(topP > 0 && topP <= 1)) {
            throw new IllegalArgumentException("top_p must be greater than 0 and at most 1");
        }
    }

    /** Nothing but a temperature. */
    public static SamplingParameters ofTemperature(double temperature) {
        return new SamplingParameters(Map.of(), 1, 0, 0, temperature, 0, 0, 1);
    }

    /** These parameters with others in place of some; null keeps one. */
    public SamplingParameters with(Double otherTemperature, Integer otherTopK, Double otherMinP, Double otherTopP) {
        return new SamplingParameters(
                logitBias,
                repetitionPenalty,
                frequencyPenalty,
                presencePenalty,
                otherTemperature == null ? temperature : otherTemperature,
                otherTopK == null ? topK : otherTopK,
                otherMinP == null ? minP : otherMinP,
                otherTopP == null ? topP : otherTopP);
    }

    /** These parameters with other biases. */
    public SamplingParameters withLogitBias(Map<Integer, Float> otherBias) {
        return new SamplingParameters(
                otherBias, repetitionPenalty, frequencyPenalty, presencePenalty, temperature, topK, minP, topP);
    }

    /** Whether the logits depend on the tokens before a position otherwise than through the model. */
    public boolean penalises() {
        return repetitionPenalty != 1 || frequencyPenalty != 0 || presencePenalty != 0;
    }

    private static void require(String name, double value, double low, double high) {
        if (!(value >= low && value <= high)) {
            throw new IllegalArgumentException(name + " must be between " + low + " and " + high);
        }
    }
}
