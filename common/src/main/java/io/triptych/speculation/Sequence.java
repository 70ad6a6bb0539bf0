package io.triptych.speculation;

import io.triptych.sampling.Randomness;

/**
 * One sequence being generated: the state that {@link DecodingLoop} moves forward. Everything is used by one thread
 * except {@link #cancel}. Closing it closes its session and its drafter.
 */
public final class Sequence implements AutoCloseable {
    final TokenHistory history;
    final Target.Session session;
    final Drafter drafter;
    final BudgetController budget;
    final Verifier verifier;
    final LogitsPipeline pipeline;
    final Randomness randomness;
    final TokenSink sink;
    final SpeculationStats stats = new SpeculationStats();
    private final int maximumTokens;
    private volatile boolean ended;
    private Throwable failure;

    /** Whether the prompt is cached. */
    boolean prompted;

    /** Rows in the last pass, and tokens of a pass, recent ones counting most. */
    int rows;

    double pace = 1;

    /**
     * @param prompt at least one token
     * @param session of the target; it may hold the beginning of the prompt already
     * @param maximumTokens the most tokens to generate, at least 1
     */
    public Sequence(
            int[] prompt,
            Target.Session session,
            Drafter drafter,
            BudgetController budget,
            Verifier verifier,
            LogitsPipeline pipeline,
            Randomness randomness,
            TokenSink sink,
            int maximumTokens) {
        if (maximumTokens < 1) {
            throw new IllegalArgumentException("a sequence of at most " + maximumTokens + " tokens");
        }
        this.history = new TokenHistory(prompt);
        this.session = session;
        this.rows = session.rowsPerNode();
        this.drafter = drafter;
        this.budget = budget;
        this.verifier = verifier;
        this.pipeline = pipeline;
        this.randomness = randomness;
        this.sink = sink;
        this.maximumTokens = maximumTokens;
    }

    /** Tokens that may still be generated. */
    public int remaining() {
        return ended ? 0 : maximumTokens - (history.size() - history.promptLength());
    }

    public boolean finished() {
        return remaining() <= 0;
    }

    /** Ends the sequence before its next token. Safe from any thread. */
    public void cancel() {
        ended = true;
    }

    /** Runs a part of the loop's work for this sequence, which alone ends if that fails. */
    void attempt(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    void fail(Throwable cause) {
        failure = cause;
        ended = true;
    }

    /** Throws what ended the sequence before its time, if anything did. */
    public void throwFailure() {
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        if (failure instanceof Error error) {
            throw error;
        }
    }

    public TokenHistory history() {
        return history;
    }

    /** Committed tokens that the session holds: before the first pass, those of the prompt that need not be scored. */
    public int cached() {
        return session.length();
    }

    public SpeculationStats stats() {
        return stats;
    }

    @Override
    public void close() {
        try (session) {
            drafter.close();
        }
    }
}
