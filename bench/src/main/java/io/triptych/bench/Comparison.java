package io.triptych.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Generations of one kind beside plain ones of the same tasks, pair by pair. */
final class Comparison {
    private final List<Double> speedUps = new ArrayList<>();
    private final List<Double> tokensPerPass = new ArrayList<>();
    private int equal;
    private long tokens;
    private long passes;
    private double plainSeconds;
    private double plainSecondsWithPrompt;
    private double secondsWithPrompt;
    private double draftSeconds;
    private double draftModelSeconds;
    private double passSeconds;
    private double otherSeconds;

    void add(Generation plain, Generation other) {
        speedUps.add(plain.decodeSeconds() / other.decodeSeconds());
        tokensPerPass.add((double) other.stats().tokens() / other.stats().passes());
        equal += Arrays.equals(plain.output(), other.output()) ? 1 : 0;
        tokens += other.stats().tokens();
        passes += other.stats().passes();
        plainSeconds += plain.decodeSeconds();
        plainSecondsWithPrompt += plain.stats().seconds();
        secondsWithPrompt += other.stats().seconds();
        draftSeconds += other.stats().draftSeconds();
        draftModelSeconds += other.draftModelSeconds();
        passSeconds += other.stats().passSeconds();
        otherSeconds += other.stats().otherSeconds();
    }

    int pairs() {
        return speedUps.size();
    }

    /** Pairs whose tokens are the same, all of them. */
    int equal() {
        return equal;
    }

    /** Of all passes together. */
    double meanTokensPerPass() {
        return (double) tokens / passes;
    }

    /** By pair. */
    Summary tokensPerPass() {
        return Summary.of(tokensPerPass);
    }

    /** Plain decoding time over the other's, by pair. */
    Summary speedUps() {
        return Summary.of(speedUps);
    }

    /** All plain decoding time over all of the other's. */
    double speedUpOfTotals() {
        return plainSeconds / seconds();
    }

    /** As {@link #speedUpOfTotals}, with the time that both spend on the prompt. */
    double speedUpWithPrompt() {
        return plainSecondsWithPrompt / secondsWithPrompt;
    }

    /** Share of the decoding time that a draft model's passes took. */
    double draftModelShare() {
        return draftModelSeconds / seconds();
    }

    /** Share of the decoding time that the rest of drafting took. */
    double draftShare() {
        return (draftSeconds - draftModelSeconds) / seconds();
    }

    /** Share of the decoding time spent neither in passes nor in drafting. */
    double otherShare() {
        return otherSeconds / seconds();
    }

    double tokensPerSecond() {
        return tokens / seconds();
    }

    private double seconds() {
        return draftSeconds + passSeconds + otherSeconds;
    }
}
