package io.triptych.tokenizer;

import java.util.Arrays;

/**
 * Decodes tokens of any kind: what a token adds is seen by decoding a short window of the latest tokens with and without
 * it. A text that ends with U+FFFD may end within a character; it is held back, but never longer than a character's
 * bytes can be.
 */
final class WindowedDecoder implements IncrementalDecoder {
    private static final int LONGEST_CHARACTER = 4;

    private final Tokenizer tokenizer;
    /** The tokens of the last piece that came out, for context, then those that are held back. */
    private int[] window = {};

    private int context;

    WindowedDecoder(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    @Override
    public String accept(int token) {
        window = Arrays.copyOf(window, window.length + 1);
        window[window.length - 1] = token;
        String added = added();
        boolean complete = !added.isEmpty() && !added.endsWith("\ufffd");
        if (complete || window.length - context >= LONGEST_CHARACTER) {
            forgetContext(added);
            return added;
        }
        return "";
    }

    @Override
    public String flush() {
        String added = added();
        window = new int[0];
        context = 0;
        return added;
    }

    private String added() {
        String known = tokenizer.decode(Arrays.copyOf(window, context));
        String all = tokenizer.decode(window);
        return all.length() <= known.length() ? "" : all.substring(known.length());
    }

    /** Tokens without a text are no context: what follows them would look like the beginning, where a space is left out. */
    private void forgetContext(String added) {
        window = added.isEmpty() ? Arrays.copyOf(window, context) : Arrays.copyOfRange(window, context, window.length);
        context = window.length;
    }
}
