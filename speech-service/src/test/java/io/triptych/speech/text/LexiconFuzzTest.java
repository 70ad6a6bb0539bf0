package io.triptych.speech.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.triptych.checkpoint.CheckpointException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes for a lexicon, zipped first unless they are: it is read, or refused by name, and then knows how words sound. */
@Timeout(20)
class LexiconFuzzTest {
    private static final int GZIP = 0x1f;

    @TempDir
    static Path directory;

    static Stream<byte[]> seeds() throws IOException {
        byte[] text = "a\tə\nno\tn ˈoʊ\nit's\tɪ t s\n".getBytes(StandardCharsets.UTF_8);
        return Stream.of(
                text,
                zipped(text),
                "a\t ".getBytes(StandardCharsets.UTF_8),
                "a\tb  c".getBytes(StandardCharsets.UTF_8),
                "\tb".getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest
    void readsOrRefuses(byte[] content) throws IOException {
        boolean raw = content.length > 0 && content[0] == GZIP;
        Path file = Files.write(directory.resolve("lexicon.txt.gz"), raw ? content : zipped(content));
        try {
            Lexicon lexicon = Lexicon.of(file);
            assertThat(lexicon.symbols("a, a's no unheard?")).isNotEmpty().doesNotContain("");
        } catch (CheckpointException e) {
            assertThat(e.getMessage()).contains("lexicon.txt.gz");
        }
    }

    /** A hundred megabytes in a hundred kilobytes, on one line. */
    @Test
    void refusesWhatUnpacksWithoutEnd() throws IOException {
        Path file = Files.write(directory.resolve("bomb.txt.gz"), zipped(new byte[100 << 20]));
        assertThatThrownBy(() -> Lexicon.of(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll("bomb.txt.gz", "unpacks to more than");
    }

    private static byte[] zipped(byte[] text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
            zip.write(text);
        }
        return bytes.toByteArray();
    }
}
