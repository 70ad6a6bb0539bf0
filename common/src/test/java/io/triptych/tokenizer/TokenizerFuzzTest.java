package io.triptych.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes for {@code tokenizer.json}: it encodes and decodes, or is refused by name. Among the seeds are files that
 * ended the process when the library read them.
 */
@Timeout(20)
class TokenizerFuzzTest {
    private static final String[] TEXTS = {"ab cab  aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac\n", "é😀\ud800\u0000 12\uffff"
    };

    @TempDir
    static Path directory;

    private static CheckpointDirectory checkpoint;

    @BeforeAll
    static void open() {
        checkpoint = TestCheckpoints.open(directory);
    }

    @AfterAll
    static void close() {
        checkpoint.close();
    }

    static Stream<byte[]> seeds() {
        return Stream.of(TestCheckpoints.byteLevelTokenizer(), TestCheckpoints.sentencePieceTokenizer())
                .map(json -> json.toString().getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest
    void readsOrRefuses(byte[] content) throws IOException {
        Files.write(directory.resolve("tokenizer.json"), content);
        try (Tokenizer tokenizer = Tokenizer.of(checkpoint)) {
            for (String text : TEXTS) {
                use(tokenizer, text);
            }
        } catch (CheckpointException e) {
            assertThat(e.getMessage()).contains("tokenizer.json");
        }
    }

    private static void use(Tokenizer tokenizer, String text) {
        int[] tokens = tokenizer.encode(text, true);
        IncrementalDecoder decoder = tokenizer.incrementalDecoder();
        for (int token : tokens) {
            decoder.accept(token);
            tokenizer.bytes(token);
        }
        decoder.flush();
        tokenizer.decode(tokens);
        tokenizer.decode(0, tokenizer.size() - 1, tokenizer.size(), Integer.MAX_VALUE);
    }
}
