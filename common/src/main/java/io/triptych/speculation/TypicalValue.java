package io.triptych.speculation;

/**
 * What a positive measurement usually is, where a single one may be disturbed by whatever else the machine does: an
 * average of logarithms in which no measurement counts for more than a factor of two. Not thread-safe.
 */
public final class TypicalValue {
    private static final double SHARE = 0.1;
    private static final double LARGEST_SURPRISE = Math.log(2);

    private double value;

    /** Zero before anything was observed. */
    public double value() {
        return value;
    }

    /** Learns from one measurement; one that is not greater than 0 is ignored. */
    public void observe(double observed) {
        if (!(observed > 0)) {
            return;
        }
        if (value == 0) {
            value = observed;
        }
        double surprise = Math.log(observed / value);
        value *= Math.exp(SHARE * Math.max(-LARGEST_SURPRISE, Math.min(LARGEST_SURPRISE, surprise)));
    }
}
