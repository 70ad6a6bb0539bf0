package io.triptych.bench.speech;

import io.triptych.bench.Summary;
import io.triptych.bench.speech.SpeechStudio.Speech;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Sentences spoken in one way beside plainly decoded ones with the same seeds, pair by pair. */
final class SpeechComparison {
    private final List<Double> speedUps = new ArrayList<>();
    private final List<Double> fewerPasses = new ArrayList<>();
    private long depthPasses;
    private long frames;
    private double plainSeconds;
    private double seconds;
    private double draftSeconds;
    private int pairs;
    private int equal;

    /** Of a sentence that nothing was said for only equality counts. */
    void add(Speech plain, Speech other) {
        pairs++;
        equal += Arrays.equals(plain.samples(), other.samples()) ? 1 : 0;
        if (plain.frames() == 0 || other.frames() == 0) {
            return;
        }
        speedUps.add(plain.seconds() / other.seconds() * other.frames() / plain.frames());
        fewerPasses.add(plain.depthPassesPerFrame() / other.depthPassesPerFrame());
        depthPasses += other.depthPasses();
        frames += other.frames();
        plainSeconds += plain.seconds() / plain.frames() * other.frames();
        seconds += other.seconds();
        draftSeconds += other.draftSeconds();
    }

    int pairs() {
        return pairs;
    }

    /** Pairs whose codes are the same, all of them. */
    int equal() {
        return equal;
    }

    double depthPassesPerFrame() {
        return (double) depthPasses / frames;
    }

    /** Plain passes of the depth decoder for a frame over the other's, by sentence. */
    Summary fewerPasses() {
        return Summary.of(fewerPasses);
    }

    /** Plain time for a frame over the other's, by sentence. */
    Summary speedUps() {
        return Summary.of(speedUps);
    }

    /** Of the summed times; sentences of other lengths, which other contracts bring, are compared by their frames. */
    double speedUpOfTotals() {
        return plainSeconds / seconds;
    }

    double millisecondsPerFrame() {
        return 1000 * seconds / frames;
    }

    double draftShare() {
        return draftSeconds / seconds;
    }
}
