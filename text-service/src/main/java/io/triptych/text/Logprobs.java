package io.triptych.text;

import io.triptych.text.TextDelta.ScoredToken;
import io.triptych.text.TextDelta.TokenLogprobs;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Log-probabilities from raw logits. */
final class Logprobs {
    private Logprobs() {}

    /** @param alternatives how many of the most probable tokens to tell */
    static TokenLogprobs of(int token, float[] logits, int alternatives, int offset, TextModel model) {
        double normaliser = logSumExp(logits);
        List<ScoredToken> top = new ArrayList<>();
        for (int best : largest(logits, alternatives)) {
            top.add(scored(best, logits[best] - normaliser, model));
        }
        return new TokenLogprobs(scored(token, logits[token] - normaliser, model), offset, top);
    }

    private static ScoredToken scored(int token, double logprob, TextModel model) {
        return new ScoredToken(model.text(token), model.bytes(token), logprob);
    }

    private static double logSumExp(float[] logits) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - largest);
        }
        return largest + Math.log(sum);
    }

    /** The indices of the {@code count} largest logits, largest first; ties go to the smaller index. */
    private static List<Integer> largest(float[] logits, int count) {
        Comparator<Integer> worstFirst =
                Comparator.<Integer>comparingDouble(i -> logits[i]).thenComparing(Comparator.reverseOrder());
        PriorityQueue<Integer> best = new PriorityQueue<>(worstFirst);
        for (int i = 0; i < logits.length && count > 0; i++) {
            if (best.size() < count || worstFirst.compare(i, best.peek()) > 0) {
                best.add(i);
            }
            if (best.size() > count) {
                best.remove();
            }
        }
        return best.stream().sorted(worstFirst.reversed()).toList();
    }
}
