package io.triptych.speculation;

/**
 * Lets something optional happen as long as it pays: until what it lost since it last stood best exceeds a credit
 * (a cumulative sum test, Page, 1954). From then on it is tried again at intervals that double with every failure up to
 * a limit, and a success opens the gate again. Not thread-safe.
 */
public final class ProbingGate {
    private static final int LONGEST_INTERVAL = 64;

    private final double credit;
    private double loss;
    private int interval = 1;
    private int untilProbe;

    /** @param credit the loss that is borne, in the unit of {@link #record} */
    public ProbingGate(double credit) {
        this.credit = credit;
    }

    /** Whether to do it this time. Asked once per occasion. */
    public boolean open() {
        return !closed() || --untilProbe <= 0;
    }

    /**
     * Tells what one occasion brought.
     *
     * @param net gain minus cost
     */
    public void record(double net) {
        boolean probe = closed();
        // A probe that pays shows that the text has changed: what was before no longer counts.
        loss = probe && net > 0 ? 0 : Math.max(0, loss - net);
        if (!closed()) {
            interval = 1;
        } else {
            interval = probe ? Math.min(2 * interval, LONGEST_INTERVAL) : interval;
            untilProbe = interval + 1;
        }
    }

    private boolean closed() {
        return loss > credit;
    }
}
