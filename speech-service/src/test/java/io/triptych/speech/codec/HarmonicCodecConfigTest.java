package io.triptych.speech.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.checkpoint.CheckpointWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HarmonicCodecConfigTest {
    private static final String SHAPE = """
            "model_type": "harmonic_codec", "sampling_rate": 16000, "hop_length": 80, "upsampling_ratio": 8,
            "num_quantizers": 8, "codebook_size": 512, "codebook_dim": 48, "hidden_size": 256, "num_hidden_layers": 3,
            "control_hidden_size": 128, "num_control_layers": 3, "kernel_size": 3, "num_envelope_bands": 64,
            "num_noise_bands": 32, "lowest_pitch": 60.0, "norm_eps": 1e-05""";

    @TempDir
    Path directory;

    @Test
    void readsTheDefaultShape() throws IOException {
        CodecConfig read = read(SHAPE);
        assertThat(read.sampleRate()).isEqualTo(16000);
        assertThat(read.samplesPerFrame()).isEqualTo(640);
        assertThat(read.codebooks()).isEqualTo(8);
        assertThat(read.codes()).isEqualTo(512);
        assertThat(read.unusedParts()).isEmpty();
        assertThat(((HarmonicCodecConfig) read).harmonics()).isEqualTo(133);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"model_type\": \"harmonic_codec\" | \"model_type\": \"encodec\" | model_type' is 'encodec', neither 'mimi' nor 'harmonic_codec'",
                "\"hop_length\": 80 | \"hop_length\": 0 | hop_length'",
                "\"hop_length\": 80 | \"hop_length\": 16777216 | upsampling_ratio' is 8",
                "\"num_quantizers\": 8, | `` | num_quantizers' is missing",
                "\"num_noise_bands\": 32 | \"num_noise_bands\": 1 | num_noise_bands' is 1",
                "\"lowest_pitch\": 60.0 | \"lowest_pitch\": 0.01 | lowest_pitch' is 0.01",
                "\"lowest_pitch\": 60.0 | \"lowest_pitch\": 9000 | lowest_pitch' is 9000",
                "\"lowest_pitch\": 60.0, | `` | lowest_pitch' is missing"
            })
    void refusesByName(String field, String instead, String message) {
        assertThat(SHAPE).contains(field);
        assertThatThrownBy(() -> read(SHAPE.replace(field, instead)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll("'codec_config.", message);
    }

    /** Some 1.7 million numbers, four bytes each, and less than that again to work with; more with every sound. */
    @Test
    void tellsTheMemoryItTakes() throws IOException {
        CodecConfig read = read(SHAPE);
        assertThat(read.memory(1, 4).bytes()).isBetween(6L << 20, 12L << 20);
        assertThat(read.memory(100, 4).bytes()).isGreaterThan(read.memory(1, 4).bytes());
        assertThat(read(SHAPE.replace("\"codebook_size\": 512", "\"codebook_size\": 16777216"))
                        .memory(1, 4)
                        .bytes())
                .isGreaterThan(20L << 30);
    }

    private CodecConfig read(String codec) throws IOException {
        Files.writeString(
                directory.resolve("config.json"), "{\"model_type\": \"csm\", \"codec_config\": {" + codec + "}}");
        new CheckpointWriter().write(directory.resolve("model.safetensors"));
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(directory)) {
            return CodecConfig.from(checkpoint);
        }
    }
}
