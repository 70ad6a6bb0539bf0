package io.triptych.speech.text;

import com.ibm.icu.text.Transliterator;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes plain words of English text: what a reader says for numbers, dates, abbreviations and signs, in small letters,
 * with the marks of pauses. It takes any text: other scripts are written in Latin letters, what nobody would say is left
 * out and told. Safe for use by several threads.
 */
final class Normaliser {
    /** Pauses, short to long, and the ends of sentences. */
    static final String MARKS = ",;.!?";

    private static final Pattern LETTERS_BEYOND_LATIN = Pattern.compile("[\\p{L}&&[^\\p{IsLatin}]]");
    private static final Pattern WORD_OR_MARK = Pattern.compile("[a-z][a-z']*|[,;.?!]");

    private final Rules rules = new Rules(new NumberWords());

    /**
     * Plain words.
     *
     * @param words of a-z and apostrophes, a space between two, and a mark right behind a word
     * @param dropped the characters that were left out, each once
     */
    record Plain(String words, String dropped) {}

    /** Makes plain words of text, of no words perhaps. */
    Plain plain(String text) {
        Set<String> dropped = new LinkedHashSet<>();
        String spoken = rules.apply(characters(text, dropped));
        return new Plain(tidied(spoken.toLowerCase(Locale.ROOT)), String.join("", dropped));
    }

    /** ASCII that sounds like the text, the signs left in that {@link Rules} knows. */
    private static String characters(String text, Set<String> dropped) {
        // A Greek letter in most texts, and here a sign: 5 μm must not become 5 mm.
        String signs = text.replaceAll("(?<=\\d)\\s?μ(?=[mg]\\b)", "µ");
        String latin = LETTERS_BEYOND_LATIN.matcher(signs).find() ? Script.LATIN.transliterate(signs) : signs;
        // Before accents and ligatures go, what would lose its sense: quotes, dashes, fractions, powers.
        String ascii = Script.ASCII.transliterate(Rules.withoutTypography(latin));
        StringBuilder kept = new StringBuilder();
        ascii.codePoints().forEach(c -> {
            if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
                kept.append(c == '\n' ? '\n' : ' ');
            } else if (c > ' ' && c < 127 || Rules.SIGNS.indexOf(c) >= 0) {
                kept.appendCodePoint(c);
            } else {
                kept.append(' ');
                if (Character.getType(c) != Character.CONTROL && Character.getType(c) != Character.FORMAT) {
                    dropped.add(Character.getType(c) == Character.SURROGATE ? "\uFFFD" : Character.toString(c));
                }
            }
        });
        return kept.toString();
    }

    /** Words and marks alone: no mark before the first word, and of several marks together the longest pause. */
    private static String tidied(String spoken) {
        StringBuilder words = new StringBuilder();
        Matcher matcher = WORD_OR_MARK.matcher(spoken);
        int mark = -1; // the longest since the last word
        while (matcher.find()) {
            String found = matcher.group();
            if (MARKS.contains(found)) {
                mark = Math.max(mark, MARKS.indexOf(found));
            } else {
                if (!words.isEmpty()) {
                    words.append(mark < 0 ? " " : MARKS.charAt(mark) + " ");
                }
                words.append(found);
                mark = -1;
            }
        }
        return words.append(words.isEmpty() || mark < 0 ? "" : MARKS.substring(mark, mark + 1))
                .toString();
    }

    /** Loaded when first needed, since that takes a moment. */
    private static final class Script {
        static final Transliterator LATIN = Transliterator.getInstance("Any-Latin");
        static final Transliterator ASCII = Transliterator.getInstance("Latin-ASCII");

        private Script() {}
    }
}
