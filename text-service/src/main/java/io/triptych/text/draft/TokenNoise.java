package io.triptych.text.draft;

import io.triptych.sampling.CounterRandom;
import io.triptych.speculation.Contract;

/**
 * The noise that decides what the target will draw, as a drafter sees it. Under {@code exact} the token at a position
 * is the one with the largest log weight plus a Gumbel value that is known beforehand, so candidates are judged by what
 * they gain from it; under the other contracts, and at temperature 0, there is none.
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

    /** What the noise adds to the log probability of a token at a position. */
    double ofLogProbability(int position, int token) {
        return temperature == 0 ? 0 : random.gumbel(CounterRandom.Stream.TARGET, position, token);
    }

    /** What it adds to the raw logit. */
    double ofLogit(int position, int token) {
        return temperature * ofLogProbability(position, token);
    }
}
