package io.triptych.speculation;

import java.util.Arrays;

/**
 * How often every token occurs before a position, for the penalties: counted as a sequence grows, and along a draft's
 * path by adding its tokens and removing them again, the last one first. Not thread-safe.
 */
final class TokenOccurrences {
    private int[] total = new int[0];
    private int[] inOutput = new int[0];
    private int[] distinct = new int[64];
    private int size;

    /**
     * Counts one more token.
     *
     * @param output whether it was generated; false for a token of the prompt
     */
    void add(int token, boolean output) {
        if (token >= total.length) {
            int length = Math.max(token + 1, 2 * total.length);
            total = Arrays.copyOf(total, length);
            inOutput = Arrays.copyOf(inOutput, length);
        }
        if (size == distinct.length) {
            distinct = Arrays.copyOf(distinct, 2 * size);
        }
        if (total[token]++ == 0) {
            distinct[size++] = token;
        }
        inOutput[token] += output ? 1 : 0;
    }

    /** Undoes the last {@code add(token, true)} that is not undone yet. */
    void remove(int token) {
        inOutput[token]--;
        if (--total[token] == 0) {
            size--;
        }
    }

    /** Number of distinct tokens, prompt and output together. */
    int size() {
        return size;
    }

    /** A distinct token of prompt or output, in the order of first occurrence. */
    int token(int index) {
        return distinct[index];
    }

    /** How often a token of {@link #token} occurs in the output; 0 if in the prompt alone. */
    int inOutput(int token) {
        return inOutput[token];
    }
}
