package io.triptych.speculation;

/**
 * What a verifier decided about a scored tree: the accepted path and the one token that follows it.
 *
 * @param path accepted nodes in order of depth, the root excluded; may be empty
 * @param next the token after the path: bonus if the path ended in a leaf, else recovered
 * @param bonus whether nothing was rejected at the end of the path
 */
public record Verdict(int[] path, int next, boolean bonus) {
    /** Tokens that the pass yields: the accepted ones and the next. */
    public int length() {
        return path.length + 1;
    }
}
