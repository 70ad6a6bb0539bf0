package io.triptych.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The service over a checkpoint that was damaged: it does not become ready, and says which file and what of it. */
@ExtendWith(OutputCaptureExtension.class)
class BrokenCheckpointTest {
    private static final Path GOOD = Path.of(System.getProperty("triptych.root"), "models", "text");

    @TempDir
    Path directory;

    @BeforeEach
    void copyTheDefaultCheckpoint() throws IOException {
        for (String file : List.of("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors")) {
            Files.copy(GOOD.resolve(file), directory.resolve(file));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, is truncated", "1000000, is truncated", "100000000, ends"})
    void namesTruncatedWeights(long missing, String message, CapturedOutput output) throws IOException {
        try (RandomAccessFile weights =
                new RandomAccessFile(directory.resolve("model.safetensors").toFile(), "rw")) {
            weights.setLength(Math.max(100, weights.length() - missing));
        }
        start();
        assertThat(output).contains("APPLICATION FAILED TO START", "model.safetensors", message);
    }

    @Test
    void namesATokenizerThatWouldEndTheProcess(CapturedOutput output) throws IOException {
        Path file = directory.resolve("tokenizer.json");
        Files.writeString(
                file,
                Files.readString(file)
                        .replaceFirst(
                                "\"normalizer\": ?null",
                                "\"normalizer\":{\"type\":\"Precompiled\"," + "\"precompiled_charsmap\":\"\"}"));
        start();
        assertThat(output).contains("APPLICATION FAILED TO START", "tokenizer.json", "'Precompiled'");
    }

    @Test
    void namesAFieldOfTheConfiguration(CapturedOutput output) throws IOException {
        Path file = directory.resolve("config.json");
        Files.writeString(file, Files.readString(file).replaceFirst("\"rope_theta\": [^,]*", "\"rope_theta\": -1"));
        start();
        assertThat(output).contains("APPLICATION FAILED TO START", "config.json", "'rope_theta' is -1");
    }

    private void start() {
        assertThatThrownBy(() -> new SpringApplicationBuilder(TextServiceApplication.class)
                        .run("--server.port=0", "--triptych.text.model=" + directory))
                .hasStackTraceContaining("CheckpointException");
    }
}
