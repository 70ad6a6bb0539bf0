package io.triptych.speech.text;

import io.triptych.checkpoint.CheckpointException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * How words sound. The file is a gzip of UTF-8 lines, word TAB phonemes with a space between two; phonemes are IPA, a
 * vowel with its stress mark in front. The possessive of a word that is there follows from it; any other word goes in
 * letter by letter, which the model has learned to read too.
 */
public final class Lexicon {
    /** Stands between two words that no mark parts. */
    static final String BETWEEN = "|";

    private static final Set<String> VOICELESS = Set.of("p", "t", "k", "f", "θ");
    private static final Set<String> HISSING = Set.of("s", "z", "ʃ", "ʒ", "tʃ", "dʒ");

    /** A word, a tab, phonemes with one space between two. */
    private static final Pattern LINE = Pattern.compile("[^\\t]+\\t[^\\t ]++(?: [^\\t ]++)*+");

    /** Bytes when unpacked: several times what all words of a large dictionary take. */
    private static final int LARGEST = 32 << 20;

    private final Map<String, String> phonemes; // by word, as the file has them

    private Lexicon(Map<String, String> phonemes) {
        this.phonemes = phonemes;
    }

    /**
     * Reads a lexicon.
     *
     * @throws CheckpointException if the file is missing or is no lexicon
     */
    public static Lexicon of(Path file) {
        Map<String, String> phonemes = new HashMap<>();
        for (String line : unzip(file).lines().toList()) {
            if (!LINE.matcher(line).matches()) {
                throw new CheckpointException(file, "has a line that is no word with phonemes: '" + line + "'");
            }
            int tab = line.indexOf('\t');
            phonemes.put(line.substring(0, tab), line.substring(tab + 1));
        }
        return new Lexicon(phonemes);
    }

    /** A few bytes of gzip can become any number: reads no more of them than a lexicon has. */
    private static String unzip(Path file) {
        try (InputStream bytes = new GZIPInputStream(Files.newInputStream(file))) {
            byte[] text = bytes.readNBytes(LARGEST + 1);
            if (text.length > LARGEST) {
                throw new CheckpointException(file, "unpacks to more than " + LARGEST + " bytes");
            }
            return new String(text, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new CheckpointException(file, "is no lexicon that can be read: " + e.getMessage(), e);
        }
    }

    /**
     * The symbols of plain words.
     *
     * @param words as {@link Normaliser} makes them
     * @return those of each word, with the mark behind it or {@value #BETWEEN} after each; a comma at the end, if the
     *     words end without a mark
     */
    List<String> symbols(String words) {
        List<String> symbols = new ArrayList<>();
        for (String word : words.isEmpty() ? new String[0] : words.split(" ")) {
            int end = word.length() - 1;
            boolean marked = Normaliser.MARKS.indexOf(word.charAt(end)) >= 0;
            symbols.addAll(ofWord(marked ? word.substring(0, end) : word));
            symbols.add(marked ? word.substring(end) : BETWEEN);
        }
        if (!symbols.isEmpty() && symbols.get(symbols.size() - 1).equals(BETWEEN)) {
            symbols.set(symbols.size() - 1, ",");
        }
        return Collections.unmodifiableList(symbols);
    }

    private List<String> ofWord(String word) {
        String known = phonemes.get(word);
        if (known != null) {
            return List.of(known.split(" "));
        }
        String owner = word.endsWith("'s") ? phonemes.get(word.substring(0, word.length() - 2)) : null;
        if (owner != null) {
            return possessive(List.of(owner.split(" ")));
        }
        return List.of(word.toUpperCase(Locale.ROOT).split(""));
    }

    private static List<String> possessive(List<String> owner) {
        List<String> symbols = new ArrayList<>(owner);
        String last = owner.get(owner.size() - 1);
        symbols.addAll(HISSING.contains(last) ? List.of("ᵻ", "z") : List.of(VOICELESS.contains(last) ? "s" : "z"));
        return symbols;
    }
}
