package io.triptych.speculation;

/**
 * Lets something optional happen as long as it pays. When it stops paying it is tried again at intervals that double
 * with every failure up to a limit, and a success opens it for good. Not thread-safe.
 */
public final class ProbingGate {
    private static final double SHARE = 0.25;
    private static final int LONGEST_INTERVAL = 64;

    private double balance;
    private boolean known;
    private int interval = 1;
    private int untilProbe;

    /** Whether to do it this time. Asked once per occasion. */
    public boolean open() {
        if (!known || balance >= 0) {
            return true;
        }
        return --untilProbe <= 0;
    }

    /**
     * Tells what one occasion brought.
     *
     * @param net gain minus cost, in any unit
     */
    public void record(double net) {
        boolean probe = known && balance < 0;
        // A probe that pays proves that the text has changed: what was before no longer counts.
        balance = !known || (probe && net > 0) ? net : balance + SHARE * (net - balance);
        known = true;
        if (balance >= 0) {
            interval = 1;
        } else {
            interval = probe ? Math.min(2 * interval, LONGEST_INTERVAL) : interval;
            untilProbe = interval + 1;
        }
    }
}
