package io.triptych.speculation;

import java.util.Arrays;
import java.util.Objects;

/** The committed tokens of one sequence, the prompt first. Grows at its end only. Not thread-safe. */
public final class TokenHistory {
    private final int promptLength;
    private int[] tokens;
    private int size;
    private final TokenOccurrences occurrences = new TokenOccurrences();
    private int counted;

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
        return tokens[Objects.checkIndex(index, size)];
    }

    public int last() {
        return tokens[size - 1];
    }

    /** A copy of tokens {@code [from, to)}. */
    public int[] slice(int from, int to) {
        Objects.checkFromToIndex(from, to, size);
        return Arrays.copyOfRange(tokens, from, to);
    }

    /** The counts of all tokens; whoever adds to them for a moment removes it again. Costs what is new since last asked. */
    TokenOccurrences occurrences() {
        for (; counted < size; counted++) {
            occurrences.add(tokens[counted], counted >= promptLength);
        }
        return occurrences;
    }
}
