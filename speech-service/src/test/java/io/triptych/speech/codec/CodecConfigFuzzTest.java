package io.triptych.speech.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.checkpoint.CheckpointWriter;
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

/**
 * Any bytes for the configuration of a codec: it has a shape that makes sense, or is refused by name; and loading a shape
 * that the weights do not have is refused before memory is taken for it.
 */
@Timeout(20)
class CodecConfigFuzzTest {
    @TempDir
    static Path directory;

    @BeforeAll
    static void writeWeights() {
        new CheckpointWriter().add("x", new float[1], 1).write(directory.resolve("model.safetensors"));
    }

    static Stream<byte[]> seeds() throws IOException {
        try (InputStream harmonic = CodecConfigFuzzTest.class.getResourceAsStream("/harmonic-codec/config.json")) {
            return Stream.of(
                    harmonic.readAllBytes(),
                    bytes("{\"model_type\": \"mimi\", \"frame_rate\": 12.5, \"upsampling_ratios\": [8, 6, 5, 4]}"),
                    bytes(
                            "{\"model_type\": \"csm\", \"codec_config\": {\"model_type\": \"mimi\", \"_frame_rate\": null}}"),
                    bytes("{\"model_type\": \"mimi\", \"num_quantizers\": 16777216, \"codebook_size\": 16777216}"),
                    bytes("{\"model_type\": \"mimi\", \"num_quantizers\": 32, \"codebook_size\": 65536}"));
        }
    }

    @MethodSource("seeds")
    @FuzzTest
    void readsOrRefuses(byte[] content) throws IOException {
        Files.write(directory.resolve("config.json"), content);
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(directory)) {
            CodecConfig config = CodecConfig.from(checkpoint);
            assertThat(config.samplesPerFrame()).isBetween(1, 1 << 24);
            assertThat(config.codebooks()).isPositive();
            assertThat(config.memory(2, 8).bytes()).isPositive();
            config.vectors(checkpoint);
        } catch (CheckpointException e) {
            assertThat(e.getMessage()).contains(directory.toString());
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
