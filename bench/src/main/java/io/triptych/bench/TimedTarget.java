package io.triptych.bench;

import io.triptych.speculation.Target;
import java.util.List;

/** A target that knows how long it has spent in passes: tells a draft model's passes from the rest of drafting. */
final class TimedTarget implements Target {
    private final Target target;
    private double seconds;

    TimedTarget(Target target) {
        this.target = target;
    }

    /** Seconds in passes so far; caching a prompt is not among them. */
    double seconds() {
        return seconds;
    }

    @Override
    public List<Scores> score(List<Step> steps) {
        long begin = System.nanoTime();
        List<Scores> scores = target.score(steps);
        seconds += (System.nanoTime() - begin) / 1e9;
        return scores;
    }

    @Override
    public int vocabularySize() {
        return target.vocabularySize();
    }

    @Override
    public int capacity() {
        return target.capacity();
    }

    @Override
    public Session open() {
        return target.open();
    }
}
