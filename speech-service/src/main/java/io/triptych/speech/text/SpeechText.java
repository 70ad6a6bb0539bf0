package io.triptych.speech.text;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.tokenizer.Tokenizer;
import java.util.List;

/**
 * Makes what the model reads of any text: {@link Normaliser} makes plain words of it, {@link Pieces} cuts them into
 * pieces that are spoken one by one, and {@link Lexicon} tells their sounds. Safe for use by several threads; the tokenizer
 * stays the caller's.
 */
public final class SpeechText {
    /** Ends a prompt: speech follows. */
    public static final String SPEAK = "[speak]";

    /** The file of a checkpoint that holds its lexicon. */
    public static final String LEXICON = "lexicon.txt.gz";

    /** The longest that a piece takes to say. */
    public static final double LONGEST_SECONDS = Pieces.LONGEST_SECONDS;

    /** The most tokens of a piece's prompt: its symbols, the voice before them and {@link #SPEAK} behind. */
    public static final int LONGEST_PROMPT = Pieces.MOST_SYMBOLS + 2;

    private final Normaliser normaliser = new Normaliser();
    private final Lexicon lexicon;
    private final Tokenizer tokenizer;

    /**
     * Reads a checkpoint's lexicon.
     *
     * @throws io.triptych.checkpoint.CheckpointException if it is missing or cannot be read
     */
    public SpeechText(CheckpointDirectory checkpoint, Tokenizer tokenizer) {
        this(Lexicon.of(checkpoint.path().resolve(LEXICON)), tokenizer);
    }

    SpeechText(Lexicon lexicon, Tokenizer tokenizer) {
        this.lexicon = lexicon;
        this.tokenizer = tokenizer;
    }

    /**
     * What is to be said, in pieces, and what cannot be said.
     *
     * @param utterances in their order; none, if nothing in the text can be said
     * @param dropped the characters that were left out, each once
     */
    public record Reading(List<Utterance> utterances, String dropped) {}

    /**
     * A piece of speech, made in one go: a sentence, or a part of a long one.
     *
     * @param words in lower case, with the marks {@code , ; . ? !}
     * @param tokens of the text vocabulary, as a prompt holds them behind the voice's: symbols, then {@link #SPEAK}
     * @param seconds about how long it takes to say
     */
    public record Utterance(String words, int[] tokens, double seconds) {}

    /** Reads text of any kind and length. It never refuses. */
    public Reading read(String text) {
        Normaliser.Plain plain = normaliser.plain(text);
        List<Utterance> utterances = new Pieces(lexicon)
                .of(plain.words()).stream().map(this::utterance).toList();
        return new Reading(utterances, plain.dropped());
    }

    private Utterance utterance(String words) {
        List<String> symbols = lexicon.symbols(words);
        int[] tokens = tokenizer.encode(String.join(" ", symbols) + " " + SPEAK, false);
        return new Utterance(words, tokens, Pieces.seconds(symbols));
    }
}
