package io.triptych.openai;

/** Refuses a text that cannot be few enough tokens before it is cut into them, which takes seconds for a megabyte. */
public final class PromptLength {
    /** In characters. No vocabulary in common use has a longer token: the longest are runs of spaces. */
    private static final int LONGEST_TOKEN = 128;

    private PromptLength() {}

    /**
     * Requires that a text may have few enough tokens.
     *
     * @param room for its tokens
     * @throws ApiException if it has more for certain
     */
    public static void require(String param, String text, int room) {
        if (text.length() > (long) LONGEST_TOKEN * room) {
            throw ApiException.badRequest(
                    param,
                    "context_length_exceeded",
                    param + " has " + text.length() + " characters, which are more than the " + room
                            + " tokens that there is room for");
        }
    }
}
