package io.triptych.text.draft;

/** The largest of a row of logits, found in one scan with a small heap. Reusable; not thread-safe. */
final class TopTokens {
    private final int[] tokens;
    private final float[] values;
    private int size;

    /** @param capacity how many to keep, at least 1 */
    TopTokens(int capacity) {
        tokens = new int[capacity];
        values = new float[capacity];
    }

    /** Finds the largest of a row; ties go to the smaller token. */
    void select(float[] logits) {
        size = Math.min(tokens.length, logits.length);
        for (int i = 0; i < size; i++) {
            tokens[i] = i;
            values[i] = logits[i];
        }
        for (int i = size / 2 - 1; i >= 0; i--) {
            sift(i, size);
        }
        float least = values[0];
        for (int i = size; i < logits.length; i++) {
            if (logits[i] > least) {
                tokens[0] = i;
                values[0] = logits[i];
                sift(0, size);
                least = values[0];
            }
        }
        for (int end = size - 1; end > 0; end--) {
            swap(0, end);
            sift(0, end);
        }
    }

    int size() {
        return size;
    }

    /** The token of a rank, 0 for the largest. */
    int token(int rank) {
        return tokens[rank];
    }

    /** The logit of a rank. */
    float value(int rank) {
        return values[rank];
    }

    /** Restores the heap whose root is its worst entry. */
    private void sift(int from, int end) {
        int parent = from;
        for (int child = 2 * parent + 1; child < end; child = 2 * parent + 1) {
            if (child + 1 < end && worse(child + 1, child)) {
                child++;
            }
            if (!worse(child, parent)) {
                return;
            }
            swap(child, parent);
            parent = child;
        }
    }

    private boolean worse(int a, int b) {
        return values[a] < values[b] || (values[a] == values[b] && tokens[a] > tokens[b]);
    }

    private void swap(int a, int b) {
        int token = tokens[a];
        tokens[a] = tokens[b];
        tokens[b] = token;
        float value = values[a];
        values[a] = values[b];
        values[b] = value;
    }
}
