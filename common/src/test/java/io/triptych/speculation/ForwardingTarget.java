package io.triptych.speculation;

import java.util.List;

/** Does what another target does; a test overrides what is to differ. */
public class ForwardingTarget implements Target {
    private final Target target;

    public ForwardingTarget(Target target) {
        this.target = target;
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

    @Override
    public List<Scores> score(List<Step> steps) {
        return target.score(steps);
    }
}
