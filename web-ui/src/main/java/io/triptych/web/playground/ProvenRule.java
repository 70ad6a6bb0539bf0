package io.triptych.web.playground;

import java.util.List;
import java.util.Locale;

/**
 * The exact enumeration of one verification rule, as its test wrote it.
 *
 * @param vocabulary sizes that were tried
 * @param depth lengths of output that were tried
 * @param cases combinations of model, draft and processors
 * @param maximumDeviation of any output's probability from that under plain decoding; of a relaxed rule, what it costs
 * @param control the wrong variant that went through the same test
 * @param controlDeviation what the test found of it
 */
public record ProvenRule(
        String rule,
        String contract,
        String paper,
        String vocabulary,
        String depth,
        int cases,
        double maximumDeviation,
        String control,
        double controlDeviation) {

    static final List<String> CONTRACTS = List.of("exact", "distribution", "relaxed");

    /** What the tests allow for rounding. */
    static final double TOLERANCE = 1e-9;

    /** Whether the rule promises plain decoding's distribution at all. */
    public boolean lossless() {
        return !contract.equals("relaxed");
    }

    /** Whether a lossless rule kept its promise. */
    public boolean holds() {
        return maximumDeviation < TOLERANCE;
    }

    /** Whether the wrong variant was found out, without which the test would prove nothing. */
    public boolean controlFails() {
        return controlDeviation > TOLERANCE;
    }

    /** A deviation for people: 2.2e-16, or 0.24. */
    public static String readable(double deviation) {
        return deviation == 0 || deviation >= 0.001
                ? String.format(Locale.ROOT, "%.3f", deviation)
                : String.format(Locale.ROOT, "%.1e", deviation);
    }
}
