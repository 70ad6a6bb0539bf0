package io.triptych.text.draft;

/**
 * The largest of a row of logits. A sample of the row gives a bound that a few more than wanted exceed; one scan collects
 * these and a small heap keeps the best. Reusable; not thread-safe.
 */
final class TopTokens {
    private static final int STRIDE = 16;

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
        collect(logits, bound(logits));
        if (size < Math.min(tokens.length, logits.length)) {
            collect(logits, Float.NEGATIVE_INFINITY);
        }
        for (int end = size - 1; end > 0; end--) {
            swap(0, end);
            sift(0, end);
        }
    }

    /** Likely below a little more than the wanted number of values. */
    private float bound(float[] logits) {
        size = 0;
        int wanted = Math.min(tokens.length, 2 + 3 * tokens.length / (2 * STRIDE));
        for (int i = 0; i < logits.length; i += STRIDE) {
            offer(i, logits[i], wanted);
        }
        return size < wanted ? Float.NEGATIVE_INFINITY : values[0];
    }

    private void collect(float[] logits, float bound) {
        size = 0;
        for (int i = 0; i < logits.length; i++) {
            if (logits[i] >= bound) {
                offer(i, logits[i], tokens.length);
            }
        }
    }

    /** Keeps a value if it is among the largest so far; the root of the heap is the worst kept. */
    private void offer(int token, float value, int most) {
        if (size < most) {
            int child = size++;
            tokens[child] = token;
            values[child] = value;
            while (child > 0 && worse(child, (child - 1) / 2)) {
                swap(child, (child - 1) / 2);
                child = (child - 1) / 2;
            }
        } else if (value > values[0]) {
            tokens[0] = token;
            values[0] = value;
            sift(0, size);
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
