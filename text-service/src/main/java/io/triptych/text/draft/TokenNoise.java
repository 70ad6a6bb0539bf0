package io.triptych.text.draft;

import io.triptych.sampling.CounterRandom;
import io.triptych.speculation.Contract;

/**
 * The noise that decides what the target will draw, as a drafter sees it. Under {@code exact} the token at a position
 * is the one with the largest logit plus temperature times a Gumbel value that is known beforehand, so candidates are
 * ranked by what they gain from it; under the other contracts, and at temperature 0, there is none.
 */
final class TokenNoise {
    private final double temperature;
    private final CounterRandom random;

    TokenNoise(DraftContext context) {
        temperature = context.contract() == Contract.EXACT ? context.sampling().temperature() : 0;
        random = context.random();
    }

    /** Whether there is any. */
    boolean present() {
        return temperature > 0;
    }

    /** What the noise adds to the raw logit of a token. */
    double ofLogit(int position, int token) {
        return temperature == 0 ? 0 : temperature * gumbel(position, token);
    }

    /**
     * The probability that a token is drawn, given its noise, where without knowing the noise it is {@code probability}.
     * All other tokens together draw like one of the remaining probability: the largest of their noisy log weights is
     * itself a Gumbel variable.
     */
    double given(int position, int token, double probability) {
        if (temperature == 0) {
            return probability;
        }
        return Math.exp(-(1 - probability) / probability * Math.exp(-gumbel(position, token)));
    }

    private double gumbel(int position, int token) {
        return random.gumbel(CounterRandom.Stream.TARGET, position, token);
    }
}
