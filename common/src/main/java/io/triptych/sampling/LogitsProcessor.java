package io.triptych.sampling;

/** One step from raw logits to what may be emitted. Stateless: what it needs of the sequence it is given. */
public interface LogitsProcessor {
    /**
     * Changes the logits of one position in place; negative infinity excludes a token.
     *
     * @param logits one value per token of the vocabulary
     * @param occurrences what the sequence holds before this position, the draft's path included
     */
    void process(double[] logits, TokenOccurrences occurrences);
}
