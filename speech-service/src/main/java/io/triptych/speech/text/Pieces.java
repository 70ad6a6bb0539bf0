package io.triptych.speech.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Cuts plain words into pieces that are spoken one by one: sentences; of a sentence that takes too long, clauses; of
 * such a clause, words; and a word that is too long by itself anywhere.
 */
final class Pieces {
    /** The longest that the model has learned to say at once. */
    static final double LONGEST_SECONDS = 12;

    /** Letters of a word at which it is cut, should it be longer. */
    static final int LONGEST_WORD = 28;

    // About what espeak-ng takes at its training rate, measured over sentences of all voices.
    private static final double SOUND_SECONDS = 0.071;
    private static final double WORD_SECONDS = 0.05;
    private static final double PAUSE_SECONDS = 0.3;

    /** No piece has more symbols: the most in a second are words of a single sound, each with what parts it from the next. */
    static final int MOST_SYMBOLS = (int) (2 * LONGEST_SECONDS / (SOUND_SECONDS + WORD_SECONDS));

    private static final Set<String> PAUSES = Set.of(",", ";", ".", "?", "!");

    private final Lexicon lexicon;

    Pieces(Lexicon lexicon) {
        this.lexicon = lexicon;
    }

    /** About how long symbols take to say. */
    static double seconds(List<String> symbols) {
        double seconds = 0;
        for (String symbol : symbols) {
            seconds += PAUSES.contains(symbol)
                    ? PAUSE_SECONDS
                    : symbol.equals(Lexicon.BETWEEN) ? WORD_SECONDS : SOUND_SECONDS;
        }
        return seconds;
    }

    /** The pieces of plain words, in order; each takes {@value #LONGEST_SECONDS} seconds at most. */
    List<String> of(String words) {
        List<String> short_ = new ArrayList<>();
        for (String word : words.isEmpty() ? new String[0] : words.split(" ")) {
            int from = 0;
            for (; word.length() - from > LONGEST_WORD + 1; from += LONGEST_WORD) {
                short_.add(word.substring(from, from + LONGEST_WORD));
            }
            short_.add(word.substring(from));
        }
        List<String> pieces = new ArrayList<>();
        for (List<String> sentence : cut(short_, word -> word.matches(".*[.?!]"))) {
            addParts(sentence, pieces);
        }
        return pieces;
    }

    /** Adds a sentence as a whole, or else its clauses, as many as there is time for in each piece, or words. */
    private void addParts(List<String> sentence, List<String> pieces) {
        if (fits(sentence)) {
            pieces.add(String.join(" ", sentence));
            return;
        }
        List<List<String>> parts = new ArrayList<>();
        for (List<String> clause : cut(sentence, word -> word.matches(".*[,;.?!]"))) {
            parts.addAll(fits(clause) ? List.of(clause) : cut(clause, word -> true));
        }
        List<String> piece = new ArrayList<>();
        for (List<String> part : parts) {
            List<String> longer = new ArrayList<>(piece);
            longer.addAll(part);
            if (!fits(longer)) {
                pieces.add(String.join(" ", piece));
                longer = part;
            }
            piece = longer;
        }
        pieces.add(String.join(" ", piece));
    }

    private boolean fits(List<String> words) {
        return seconds(lexicon.symbols(String.join(" ", words))) <= LONGEST_SECONDS;
    }

    private static List<List<String>> cut(List<String> words, Predicate<String> ends) {
        List<List<String>> parts = new ArrayList<>();
        List<String> part = new ArrayList<>();
        for (String word : words) {
            part.add(word);
            if (ends.test(word)) {
                parts.add(part);
                part = new ArrayList<>();
            }
        }
        if (!part.isEmpty()) {
            parts.add(part);
        }
        return parts;
    }
}
