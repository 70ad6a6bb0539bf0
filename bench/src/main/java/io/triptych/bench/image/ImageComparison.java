package io.triptych.bench.image;

import io.triptych.bench.Summary;
import io.triptych.bench.image.ImageStudio.Painting;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Pictures painted in one way beside plainly decoded ones of the same tasks, pair by pair. */
final class ImageComparison {
    private final List<Double> speedUps = new ArrayList<>();
    private final List<Double> fewerPasses = new ArrayList<>();
    private long plainPasses;
    private long passes;
    private long tokens;
    private double plainSeconds;
    private double seconds;
    private double draftSeconds;
    private double otherSeconds;
    private int equal;
    private int shown;

    void add(Painting plain, Painting other, boolean captionShown) {
        speedUps.add(plain.seconds() / other.seconds());
        fewerPasses.add((double) plain.stats().passes() / other.stats().passes());
        plainPasses += plain.stats().passes();
        passes += other.stats().passes();
        tokens += other.stats().tokens();
        plainSeconds += plain.seconds();
        seconds += other.seconds();
        draftSeconds += other.stats().draftSeconds();
        otherSeconds += other.stats().otherSeconds();
        equal += Arrays.equals(plain.codes(), other.codes()) ? 1 : 0;
        shown += captionShown ? 1 : 0;
    }

    int pairs() {
        return speedUps.size();
    }

    /** Pairs whose codes are the same, all of them. */
    int equal() {
        return equal;
    }

    /** Pictures that show their caption. */
    int shown() {
        return shown;
    }

    double tokensPerPass() {
        return (double) tokens / passes;
    }

    /** Plain passes over the other's, of all pictures together. */
    double fewerPassesOfTotals() {
        return (double) plainPasses / passes;
    }

    /** By picture. */
    Summary fewerPasses() {
        return Summary.of(fewerPasses);
    }

    /** Plain time over the other's, by picture, painting included. */
    Summary speedUps() {
        return Summary.of(speedUps);
    }

    double speedUpOfTotals() {
        return plainSeconds / seconds;
    }

    double secondsPerPicture() {
        return seconds / pairs();
    }

    double draftShare() {
        return draftSeconds / seconds;
    }

    double otherShare() {
        return otherSeconds / seconds;
    }
}
