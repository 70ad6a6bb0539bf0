package io.triptych.speculation;

/**
 * Turns what a drafter says about its candidates into how often such candidates are accepted: a calibration learned
 * from every candidate whose fate is known. For each kind of candidate it keeps decayed counts at knots along the
 * log-odds of the raw confidence and interpolates between them; where little is known, the parent's answer holds, or
 * without a parent the raw confidence itself.
 *
 * <p>One instance is shared by all requests and each request has a child of it, so that what is known in general is the
 * start of what is learned about this text. Used by the inference thread only.
 */
public final class AcceptanceEstimate {
    private static final int KNOTS = 13;
    private static final double REACH = 6;

    /** The confidence at each knot. */
    private static final double[] RAW = new double[KNOTS];

    static {
        for (int knot = 0; knot < KNOTS; knot++) {
            RAW[knot] = 1 / (1 + Math.exp(REACH - knot));
        }
    }

    private static final double PRIOR_WEIGHT = 12;
    private static final double MEMORY = 4000;

    private final AcceptanceEstimate parent;
    private final double[][] weight;
    private final double[][] hits;

    /** @param kinds number of kinds of candidates that are counted apart, at least 1 */
    public AcceptanceEstimate(int kinds) {
        this(kinds, null);
    }

    private AcceptanceEstimate(int kinds, AcceptanceEstimate parent) {
        this.parent = parent;
        weight = new double[kinds][KNOTS];
        hits = new double[kinds][KNOTS];
    }

    /** The estimate of one request: begins as this one, learns on its own, and passes on what it learns. */
    public AcceptanceEstimate forRequest() {
        return new AcceptanceEstimate(weight.length, this);
    }

    /**
     * The probability that a candidate is accepted once its parent is.
     *
     * @param kind in {@code [0, kinds)}
     * @param raw the drafter's own confidence, in [0, 1]
     */
    public double probability(int kind, double raw) {
        return at(kind, place(raw));
    }

    /** Learns the fate of a candidate. */
    public void observe(int kind, double raw, boolean accepted) {
        double place = place(raw);
        int knot = (int) place;
        double share = place - knot;
        count(kind, knot, 1 - share, accepted);
        if (share > 0) {
            count(kind, knot + 1, share, accepted);
        }
        if (parent != null) {
            parent.observe(kind, raw, accepted);
        }
    }

    private double at(int kind, double place) {
        int knot = (int) place;
        double share = place - knot;
        double low = knotValue(kind, knot);
        return share == 0 ? low : low + share * (knotValue(kind, knot + 1) - low);
    }

    private double knotValue(int kind, int knot) {
        double prior = parent != null ? parent.knotValue(kind, knot) : RAW[knot];
        return (hits[kind][knot] + PRIOR_WEIGHT * prior) / (weight[kind][knot] + PRIOR_WEIGHT);
    }

    private void count(int kind, int knot, double share, boolean accepted) {
        double keep = 1 - share / MEMORY;
        weight[kind][knot] = weight[kind][knot] * keep + share;
        hits[kind][knot] = hits[kind][knot] * keep + (accepted ? share : 0);
    }

    /** Where a confidence lies between the knots, which stand one unit of log-odds apart. */
    private static double place(double raw) {
        double odds = Math.log(raw / (1 - raw));
        return Math.max(-REACH, Math.min(REACH, odds)) + REACH;
    }
}
