package io.triptych.text.chat;

import java.util.Collection;
import java.util.List;

/**
 * Ends a stream of text before the first stop string. Text is passed on as soon as it can no longer be the beginning of
 * one; of several stop strings the one that is complete first counts, and of two complete at once the longer. The result
 * does not depend on how the text is cut into pieces. Knuth, Morris and Pratt's search, one state per stop string.
 */
public final class StopStrings {
    private final List<String> stops;
    private final int[][] failures;
    private final int[] matched;
    private final StringBuilder held = new StringBuilder();
    private boolean stopped;

    /** Watches for some strings, none of them empty. */
    public StopStrings(Collection<String> stops) {
        this.stops = List.copyOf(stops);
        if (this.stops.contains("")) {
            throw new IllegalArgumentException("A stop string must not be empty");
        }
        failures = this.stops.stream().map(StopStrings::failures).toArray(int[][]::new);
        matched = new int[failures.length];
    }

    /**
     * Takes the next piece of text.
     *
     * @return what may be passed on now; empty once {@link #stopped}
     */
    public String accept(String piece) {
        if (stopped) {
            return "";
        }
        int before = held.length();
        held.append(piece);
        for (int i = before; i < held.length(); i++) {
            int stop = longestCompletedBy(held.charAt(i));
            if (stop > 0) {
                stopped = true;
                return held.substring(0, i + 1 - stop);
            }
        }
        int undecided = 0;
        for (int length : matched) {
            undecided = Math.max(undecided, length);
        }
        String decided = held.substring(0, held.length() - undecided);
        held.delete(0, decided.length());
        return decided;
    }

    /** Whether a stop string was found. */
    public boolean stopped() {
        return stopped;
    }

    /** Ends the text: returns what was held back in case it should become a stop string. */
    public String flush() {
        String rest = stopped ? "" : held.toString();
        held.setLength(0);
        return rest;
    }

    /** Moves every search on by a character and returns the length of the longest stop string that ends with it, or 0. */
    private int longestCompletedBy(char character) {
        int longest = 0;
        for (int s = 0; s < matched.length; s++) {
            String stop = stops.get(s);
            int length = matched[s];
            while (length > 0 && stop.charAt(length) != character) {
                length = failures[s][length - 1];
            }
            matched[s] = stop.charAt(length) == character ? length + 1 : 0;
            if (matched[s] == stop.length()) {
                longest = Math.max(longest, stop.length());
            }
        }
        return longest;
    }

    /** For each prefix of a string, the length of its longest proper prefix that is also its suffix. */
    private static int[] failures(String string) {
        int[] failures = new int[string.length()];
        for (int i = 1; i < failures.length; i++) {
            int length = failures[i - 1];
            while (length > 0 && string.charAt(i) != string.charAt(length)) {
                length = failures[length - 1];
            }
            failures[i] = string.charAt(i) == string.charAt(length) ? length + 1 : 0;
        }
        return failures;
    }
}
