package io.triptych.text.draft;

import java.util.Arrays;

/**
 * What the target last said may follow a token, the last two and the last three: the largest logits of its latest row
 * after each. One entry for every token, and a fixed number for longer contexts, where a newer one takes the place of
 * an older. Shared by all requests; used by the inference thread only.
 */
final class SuccessorTable {
    /** Logits kept for each context. */
    static final int WIDTH = 12;

    /** The longest context, in tokens. */
    static final int ORDERS = 3;

    private static final int LONG_CONTEXTS = 1 << 14;
    private static final int FREE = -1;

    private final int vocabularySize;
    private final long[] contexts;
    private final int[] tokens;
    private final float[] logits;

    SuccessorTable(int vocabularySize) {
        this.vocabularySize = vocabularySize;
        int entries = vocabularySize + (ORDERS - 1) * LONG_CONTEXTS;
        contexts = new long[entries];
        tokens = new int[entries * WIDTH];
        logits = new float[entries * WIDTH];
        Arrays.fill(contexts, FREE);
    }

    /**
     * Where the entry of a context starts, or -1 if there is none.
     *
     * @param last the context's last token, before it {@code second}, before that {@code third}; those beyond the order
     *     are ignored
     */
    int find(int order, int last, int second, int third) {
        long context = context(order, last, second, third);
        int entry = entry(order, last, context);
        return contexts[entry] == context ? entry * WIDTH : -1;
    }

    /** The token of a rank in an entry, best first. */
    int token(int entry, int rank) {
        return tokens[entry + rank];
    }

    /** Its logit. */
    float logit(int entry, int rank) {
        return logits[entry + rank];
    }

    /** Replaces the entries of a context of every order up to the given one. */
    void put(int longest, int last, int second, int third, TopTokens best) {
        for (int order = 1; order <= longest; order++) {
            long context = context(order, last, second, third);
            int entry = entry(order, last, context);
            contexts[entry] = context;
            for (int rank = 0; rank < WIDTH; rank++) {
                boolean present = rank < best.size();
                tokens[entry * WIDTH + rank] = present ? best.token(rank) : 0;
                logits[entry * WIDTH + rank] = present ? best.value(rank) : Float.NEGATIVE_INFINITY;
            }
        }
    }

    private long context(int order, int last, int second, int third) {
        long context = last;
        if (order > 1) {
            context = context * vocabularySize + second;
        }
        if (order > 2) {
            context = context * vocabularySize + third;
        }
        return context;
    }

    private int entry(int order, int last, long context) {
        if (order == 1) {
            return last;
        }
        int slot = (int) ((context * 0x9E3779B97F4A7C15L) >>> 40) & (LONG_CONTEXTS - 1);
        return vocabularySize + (order - 2) * LONG_CONTEXTS + slot;
    }
}
