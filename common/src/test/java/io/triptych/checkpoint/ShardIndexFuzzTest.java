package io.triptych.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes for the index of shards: what it says is true, or it is refused by name; files elsewhere are never opened. */
@Timeout(20)
class ShardIndexFuzzTest {
    @TempDir
    static Path directory;

    @BeforeAll
    static void writeShards() throws IOException {
        Files.writeString(directory.resolve("config.json"), "{\"model_type\":\"llama\"}");
        new CheckpointWriter().add("a", new float[1], 1).write(directory.resolve("1.safetensors"));
        new CheckpointWriter().add("b", new float[1], 1).write(directory.resolve("2.safetensors"));
    }

    static Stream<byte[]> seeds() {
        return Stream.of(
                        "{\"metadata\":{\"total_size\":8},\"weight_map\":{\"a\":\"1.safetensors\",\"b\":\"2.safetensors\"}}",
                        "{\"weight_map\":{\"a\":\"1.safetensors\"}}",
                        "{\"weight_map\":{\"a\":\"../1.safetensors\"}}",
                        "{\"weight_map\":{\"a\":\"3.safetensors\"}}",
                        "{\"weight_map\":{}}")
                .map(json -> json.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest
    void opensOrRefuses(byte[] content) throws IOException {
        Files.write(directory.resolve("model.safetensors.index.json"), content);
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(directory)) {
            assertThat(checkpoint.names()).isNotEmpty().isSubsetOf("a", "b");
        } catch (CheckpointException e) {
            assertThat(e.getMessage()).contains("safetensors");
        }
    }
}
