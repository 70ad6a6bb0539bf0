package io.triptych.sampling;

import java.util.function.IntConsumer;

/** Which tokens precede a position, prompt, output and draft path alike. */
public interface TokenOccurrences {
    /** How often a token occurs in the output (the prompt not counted). */
    int inOutput(int token);

    /** Calls back once for every distinct token of the output. */
    void forEachInOutput(IntConsumer token);

    /** Calls back once for every distinct token of prompt and output together. */
    void forEach(IntConsumer token);
}
