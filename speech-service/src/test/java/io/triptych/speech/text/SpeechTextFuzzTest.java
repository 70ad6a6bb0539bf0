package io.triptych.speech.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;

/** Any text, which is what users send: it becomes plain words and their sounds, never an error, never without end. */
@Timeout(20)
class SpeechTextFuzzTest {
    @TempDir
    static Path directory;

    private static final Normaliser NORMALISER = new Normaliser();
    private static Lexicon lexicon;

    @BeforeAll
    static void readLexicon() throws IOException {
        try (InputStream bytes = SpeechTextFuzzTest.class.getResourceAsStream("/speech-text/lexicon.txt.gz")) {
            lexicon = Lexicon.of(Files.write(directory.resolve("lexicon.txt.gz"), bytes.readAllBytes()));
        }
    }

    static Stream<byte[]> seeds() {
        return Stream.of(
                        "Dr. Smith's 3rd e-mail of 5/12/2024, 10:30 p.m.: £1,234.56 (+2.5%) - see https://a.b/c?d=e!",
                        "x² ½ 10^-3 km/h №5 1e999 IV. XLII 00:00:00 192.168.0.1 $.05 -0 1,2,3,4 1.2.3",
                        "Привет, 世界 😀 \ud800 e\u0301\u0301\u0301 ﬁ \u202e\u0000",
                        "9".repeat(400) + " " + "1,".repeat(200) + " " + "-".repeat(200) + "a.".repeat(200),
                        "(".repeat(300) + "'".repeat(300) + "a'".repeat(100) + "\n".repeat(100))
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest
    void readsAnyText(byte[] content) {
        Normaliser.Plain plain = NORMALISER.plain(new String(content, StandardCharsets.UTF_8));
        assertThat(plain.words()).matches("(?:[a-z][a-z']*[,;.?!]?(?: (?=.)|$))*+");
        for (String words : new Pieces(lexicon).of(plain.words())) {
            assertThat(lexicon.symbols(words)).isNotEmpty().doesNotContain("");
        }
    }
}
