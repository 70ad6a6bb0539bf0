package io.triptych.tokenizer;

/**
 * Turns a stream of tokens into text, piece by piece, at a cost per token that does not grow with the stream. A
 * character whose bytes are spread over several tokens comes out whole, with the last of them. The pieces together are
 * the text of all tokens. For one stream and one thread.
 */
public interface IncrementalDecoder {
    /** Takes the next token and returns the text that is complete with it, often all of its own, sometimes nothing. */
    String accept(int token);

    /** Ends the stream: an incomplete character comes out as U+FFFD, and the next token begins a new stream. */
    String flush();
}
