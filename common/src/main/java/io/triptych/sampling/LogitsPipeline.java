package io.triptych.sampling;

import io.triptych.speculation.Target;
import io.triptych.speculation.TargetDistribution;
import io.triptych.speculation.TokenHistory;
import io.triptych.speculation.TokenTree;

/** All processors of a request in their order: raw logits in, the distribution to draw from out. Immutable. */
public final class LogitsPipeline {
    private final SamplingParameters parameters;

    public LogitsPipeline(SamplingParameters parameters) {
        this.parameters = parameters;
    }

    /** The processed distributions of a scored tree, each computed when asked for. */
    public TargetDistribution along(TokenHistory history, TokenTree tree, Target.Scores scores) {
        return node -> process(scores.logits(node));
    }

    // Placeholder of the first commit: temperature alone.
    private Categorical process(float[] logits) {
        double[] scaled = new double[logits.length];
        int best = 0;
        for (int i = 0; i < logits.length; i++) {
            scaled[i] = logits[i] / parameters.temperature();
            best = logits[i] > logits[best] ? i : best;
        }
        return parameters.temperature() == 0
                ? Categorical.certain(best, logits.length)
                : Categorical.ofLogWeights(scaled);
    }
}
