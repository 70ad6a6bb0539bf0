package io.triptych.speculation;

/**
 * How fast a sequence and those that share its passes move, in tokens per second, over recent passes. It is what a second
 * is worth: spending one pays if it brings more tokens than that. Choosing every pass by the rate that such choices reach maximises the rate
 * (Dinkelbach, 1967). Not thread-safe.
 */
public final class TokenRate {
    private static final double SHARE = 0.05;

    private final PassCost cost;
    private final int sequences;
    private double tokens;
    private double seconds;

    public TokenRate(PassCost cost) {
        this(cost, 1);
    }

    /** @param sequences that the request has in a pass, a row of each in plain decoding */
    public TokenRate(PassCost cost, int sequences) {
        this.cost = cost;
        this.sequences = sequences;
    }

    /** Tokens per second, of all sequences that share the passes; never less than plain decoding would reach. */
    public double tokensPerSecond() {
        double others = cost.otherTokens();
        double plain = (1 + others) / cost.seconds(sequences, 1);
        return seconds == 0 ? plain : Math.max(plain, (tokens + others) / seconds);
    }

    /** Learns from a pass, drafting included. */
    public void record(int passTokens, double passSeconds) {
        if (seconds == 0) {
            tokens = 1;
            seconds = cost.seconds(sequences, 1);
        }
        tokens += SHARE * (passTokens - tokens);
        seconds += SHARE * (passSeconds - seconds);
    }
}
