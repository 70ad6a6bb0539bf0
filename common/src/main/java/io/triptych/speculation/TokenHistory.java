package io.triptych.speculation;

import java.util.Arrays;

/** The committed tokens of one sequence, the prompt first. Grows at its end only. Not thread-safe. */
public final class TokenHistory {
    private final int promptLength;
    private int[] tokens;
    private int size;

    /** @param prompt at least one token */
    public TokenHistory(int[] prompt) {
        if (prompt.length == 0) {
            throw new IllegalArgumentException("a sequence starts from at least one token");
        }
        tokens = Arrays.copyOf(prompt, prompt.length + 64);
        promptLength = prompt.length;
        size = prompt.length;
    }

    public void append(int token) {
        if (size == tokens.length) {
            tokens = Arrays.copyOf(tokens, size * 2);
        }
        tokens[size++] = token;
    }

    public int size() {
        return size;
    }

    public int promptLength() {
        return promptLength;
    }

    public int get(int index) {
        if (index >= size) {
            throw new IndexOutOfBoundsException(index);
        }
        return tokens[index];
    }

    public int last() {
        return tokens[size - 1];
    }

    /** A copy of tokens {@code [from, to)}. */
    public int[] slice(int from, int to) {
        return Arrays.copyOfRange(tokens, from, to);
    }
}
