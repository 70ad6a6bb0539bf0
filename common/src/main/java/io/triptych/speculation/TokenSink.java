package io.triptych.speculation;

import java.util.function.Supplier;

/** Takes a sequence's tokens as they are committed, one by one, so that every end is honoured inside a pass. */
public interface TokenSink {
    /** The source of tokens that no drafter proposed. */
    String TARGET = "target";

    /**
     * Takes the next token.
     *
     * @param source the drafter whose draft was accepted, or {@link #TARGET}
     * @param logits the target's raw logits that the token was chosen from
     * @return false to end the sequence with this token; the rest of the pass is dropped
     */
    boolean accept(int token, String source, Supplier<float[]> logits);

    /** Called after the tokens of every pass, the last one included. */
    default void passEnded(TokenTree tree, Verdict verdict) {}
}
