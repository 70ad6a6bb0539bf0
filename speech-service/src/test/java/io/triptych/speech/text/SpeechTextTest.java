package io.triptych.speech.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.speech.text.SpeechText.Utterance;
import io.triptych.tokenizer.TestCheckpoints;
import io.triptych.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against what training/fixtures/make_speech_text.py wrote. */
class SpeechTextTest {
    @TempDir
    static Path directory;

    private static CheckpointDirectory checkpoint;
    private static Tokenizer tokenizer;
    private static SpeechText speech;

    @BeforeAll
    static void open() throws IOException {
        for (String file : List.of("lexicon.txt.gz", "tokenizer.json", "utterances.tsv")) {
            try (InputStream bytes = SpeechTextTest.class.getResourceAsStream("/speech-text/" + file)) {
                Files.write(directory.resolve(file), bytes.readAllBytes());
            }
        }
        checkpoint = TestCheckpoints.open(directory);
        tokenizer = Tokenizer.of(checkpoint);
        speech = new SpeechText(checkpoint, tokenizer);
    }

    @AfterAll
    static void close() {
        tokenizer.close();
        checkpoint.close();
    }

    private static List<String> words(String text) {
        return speech.read(text).utterances().stream().map(Utterance::words).toList();
    }

    @Test
    void tokensAreThoseThatTheModelWasTrainedOn() throws IOException {
        List<String> lines = Files.readAllLines(directory.resolve("utterances.tsv"));
        assertThat(lines).hasSizeGreaterThan(5);
        for (String line : lines) {
            String[] columns = line.split("\t");
            Lexicon lexicon = Lexicon.of(directory.resolve("lexicon.txt.gz"));
            assertThat(String.join(" ", lexicon.symbols(columns[0]))).isEqualTo(columns[1]);
            List<Utterance> utterances = speech.read(columns[0]).utterances();
            assertThat(utterances).hasSize(1);
            String tokens = Arrays.stream(utterances.get(0).tokens())
                    .mapToObj(Integer::toString)
                    .collect(Collectors.joining(" "));
            assertThat(tokens).isEqualTo(columns[2]);
        }
    }

    @Test
    void everySymbolIsOneToken() {
        Utterance utterance = speech.read("Hello, zorb!").utterances().get(0);
        // h ə l ˈoʊ , Z O R B ! [speak]
        assertThat(utterance.tokens()).hasSize(11).doesNotContain(0);
        assertThat(utterance.tokens()[10]).isEqualTo(tokenizer.encode(SpeechText.SPEAK, false)[0]);
    }

    @Test
    void aSentenceIsAPiece() {
        assertThat(words("Hello, world! It's a bird. Is it Dr. Lee's?"))
                .containsExactly("hello, world!", "it's a bird.", "is it doctor lee's?");
    }

    @Test
    void aLongSentenceIsCutAtItsClauses() {
        String clause = "the brown birds of the old town sang in the tall green trees";
        List<String> pieces = words(clause + ", " + clause + "; " + clause + ", " + clause + ".");
        assertThat(pieces).hasSizeGreaterThan(1).allMatch(piece -> piece.matches(".*trees[,;.]"));
    }

    @Test
    void aClauseThatIsLongIsCutBetweenWordsAndAWordAnywhere() {
        String words = "bird ".repeat(300).strip();
        String pieces = String.join(" ", words(words));
        assertThat(pieces).isEqualTo(words);

        String letters = "x".repeat(2000);
        assertThat(String.join("", words("a" + letters)).replace(" ", "")).isEqualTo("a" + letters);
    }

    @Test
    void noPieceTakesLongerThanTheModelHasLearnedToSay() {
        for (String text : List.of(
                "a".repeat(2000), "bird ".repeat(800), "7".repeat(4096), "a,b;".repeat(1000), "I ".repeat(2000))) {
            List<Utterance> utterances = speech.read(text).utterances();
            assertThat(utterances)
                    .hasSizeGreaterThan(1)
                    .allMatch(utterance -> utterance.seconds() <= Pieces.LONGEST_SECONDS)
                    .allMatch(utterance -> utterance.seconds() > 0 && utterance.tokens().length > 2)
                    .allMatch(utterance -> utterance.tokens().length + 1 <= SpeechText.LONGEST_PROMPT);
        }
        int most = speech.read("I ".repeat(2000)).utterances().get(0).tokens().length + 1;
        assertThat(most).as("the bound is close").isGreaterThan(SpeechText.LONGEST_PROMPT - 8);
    }

    @Test
    void nothingToSayIsNoUtterances() {
        assertThat(speech.read(" \n ").utterances()).isEmpty();
        assertThat(speech.read("😀").utterances()).isEmpty();
        assertThat(speech.read("😀").dropped()).isEqualTo("😀");
    }

    @Test
    void aFileThatIsNoLexiconIsRefusedByName() throws IOException {
        Path file = directory.resolve("wrong.gz");
        Files.write(file, "no gzip".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> Lexicon.of(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("wrong.gz");
        assertThatThrownBy(() -> Lexicon.of(directory.resolve("missing.gz"))).isInstanceOf(CheckpointException.class);
    }
}
