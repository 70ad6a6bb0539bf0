package io.triptych.speculation;

import io.triptych.sampling.Categorical;
import io.triptych.sampling.SamplingParameters;

/**
 * All processors of a request in the order of {@link SamplingParameters}: raw logits in, the distribution to draw from
 * out. What a node's distribution depends on is its logits and the tokens before it alone, committed or on the node's
 * path, so that a draft is processed exactly as plain decoding would be. Immutable.
 */
public final class LogitsPipeline {
    private final SamplingParameters parameters;
    private final int[] biasedTokens;
    private final float[] biases;

    public LogitsPipeline(SamplingParameters parameters) {
        this.parameters = parameters;
        biasedTokens = parameters.logitBias().keySet().stream()
                .mapToInt(Integer::intValue)
                .toArray();
        biases = new float[biasedTokens.length];
        for (int i = 0; i < biases.length; i++) {
            biases[i] = parameters.logitBias().get(biasedTokens[i]);
        }
    }

    /**
     * The processed distributions of a scored tree, each computed when first asked for, even if the history has taken
     * the pass's tokens since. To ask throws an
     * {@link IllegalArgumentException} if a logit is NaN or positive infinity, or a token outside the vocabulary has a
     * bias.
     */
    public TargetDistribution along(TokenHistory history, TokenTree tree, Target.Scores scores) {
        Categorical[] known = new Categorical[tree.size()];
        int size = history.size();
        return node -> {
            if (known[node] == null) {
                known[node] = process(scores.logits(node), history, size, tree.pathTokens(node));
            }
            return known[node];
        };
    }

    private Categorical process(float[] logits, TokenHistory history, int size, int[] path) {
        addBiases(logits);
        if (parameters.penalises()) {
            penalise(logits, history, size, path);
        }
        return Categorical.of(logits, parameters);
    }

    private void addBiases(float[] logits) {
        for (int i = 0; i < biases.length; i++) {
            if (biasedTokens[i] >= logits.length) {
                throw new IllegalArgumentException("logit_bias names token " + biasedTokens[i] + " of a vocabulary of "
                        + logits.length + " tokens");
            }
            logits[biasedTokens[i]] += biases[i];
        }
    }

    /** Penalises the tokens of the history's first {@code size} and of a path behind them. */
    private void penalise(float[] logits, TokenHistory history, int size, int[] path) {
        TokenOccurrences occurrences = history.occurrences();
        for (int i = history.size() - 1; i >= size; i--) {
            occurrences.remove(history.get(i));
        }
        for (int token : path) {
            occurrences.add(token, true);
        }
        for (int i = 0; i < occurrences.size(); i++) {
            int token = occurrences.token(i);
            if (token < logits.length) { // a prompt may hold tokens that the target never emits
                logits[token] = penalised(logits[token], occurrences.inOutput(token));
            }
        }
        for (int i = path.length - 1; i >= 0; i--) {
            occurrences.remove(path[i]);
        }
        for (int i = size; i < history.size(); i++) {
            occurrences.add(history.get(i), true);
        }
    }

    /** The logit of a token that the sequence holds. A penalty leaves finite what is finite, as nothing else is drawn from. */
    private float penalised(float logit, int inOutput) {
        if (Float.isInfinite(logit)) {
            return logit;
        }
        double penalty = parameters.repetitionPenalty();
        double value = logit > 0 ? logit / penalty : logit * penalty;
        value -= inOutput * parameters.frequencyPenalty();
        value -= inOutput > 0 ? parameters.presencePenalty() : 0;
        return (float) Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, value));
    }
}
