package io.triptych.speculation;

/**
 * How fast a sequence and those that share its passes move, in tokens per second, over recent passes. It is what a second
 * is worth: spending one pays if it brings more tokens than that. Choosing every pass by the rate that such choices reach maximises the rate
 * (Dinkelbach, 1967). Not thread-safe.
 */
public final class TokenRate {
    private static final double SHARE = 0.05;

    private final PassCost cost;
    private final int plainRows;
    private double tokens;
    private double seconds;

    public TokenRate(PassCost cost) {
        this(cost, 1);
    }

    /** @param plainRows rows of a pass of plain decoding */
    public TokenRate(PassCost cost, int plainRows) {
        this.cost = cost;
        this.plainRows = plainRows;
    }

    /** Tokens per second, of all sequences that share the passes; never less than plain decoding would reach. */
    public double tokensPerSecond() {
        double others = cost.otherTokens();
        double plain = (1 + others) / cost.seconds(plainRows);
        return seconds == 0 ? plain : Math.max(plain, (tokens + others) / seconds);
    }

    /** Learns from a pass, drafting included. */
    public void record(int passTokens, double passSeconds) {
        if (seconds == 0) {
            tokens = 1;
            seconds = cost.seconds(plainRows);
        }
        tokens += SHARE * (passTokens - tokens);
        seconds += SHARE * (passSeconds - seconds);
    }
}
