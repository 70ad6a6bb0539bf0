package io.triptych.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.checkpoint.CheckpointWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Any bytes for {@code config.json}, and the same for {@code generation_config.json}: every family reads a shape that
 * makes sense, or refuses by the file's name. The seeds are small configurations of each family.
 */
@Timeout(20)
class ModelConfigFuzzTest {
    @TempDir
    static Path directory;

    @BeforeEach
    void writeWeights() {
        new CheckpointWriter().write(directory.resolve("model.safetensors"));
    }

    @FuzzTest
    void readsOrRefuses(byte[] content) throws IOException {
        Files.write(directory.resolve("config.json"), content);
        Files.write(directory.resolve("generation_config.json"), content);
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(directory)) {
            orRefused(() -> check(LlamaConfig.from(checkpoint)));
            orRefused(() -> {
                JanusConfig janus = JanusConfig.from(checkpoint);
                check(janus.text());
                assertThat(janus.imageTokens()).isPositive();
                assertThat(janus.imageSide()).isPositive();
                assertThat(janus.memory(1, 100, 2).bytes()).isPositive();
            });
            orRefused(() -> {
                CsmConfig csm = CsmConfig.from(checkpoint);
                check(csm.backbone());
                check(csm.depth());
                assertThat(csm.inputTokens()).isPositive();
                assertThat(csm.memory(1, 100, 2).bytes()).isPositive();
            });
        } catch (CheckpointException e) {
            assertThat(e.getMessage()).contains(directory.toString());
        }
    }

    private static void check(LlamaConfig config) {
        assertThat(config.memory(4, config.maximumPositions(), 1).bytes()).isPositive();
        assertThat(config.heads() % config.keyValueHeads()).isZero();
        assertThat(config.inverseFrequencies()).hasSize(config.headSize() / 2);
        for (double frequency : config.inverseFrequencies()) {
            assertThat(frequency).isBetween(0.0, Double.MAX_VALUE);
        }
        assertThat(config.eosTokens()).allSatisfy(token -> assertThat(token).isBetween(0, config.vocabularySize() - 1));
    }

    private static void orRefused(Runnable reading) {
        try {
            reading.run();
        } catch (CheckpointException e) {
            assertThat(e.getMessage()).contains("config.json");
        }
    }
}
