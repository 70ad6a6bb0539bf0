package io.triptych.speech.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.checkpoint.CheckpointWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MimiConfigTest {
    @TempDir
    Path directory;

    /** The published codec: 24 kHz, 12.5 frames a second of 32 codes out of 2048; alone and inside a model that speaks. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"model_type\": \"mimi\", \"frame_rate\": 12.5, \"rope_theta\": 10000.0, \"normalize\": false}",
                "{\"model_type\": \"mimi\", \"rope_parameters\": {\"rope_theta\": 10000.0, \"rope_type\": \"default\"}}",
                "{\"model_type\": \"csm\", \"codec_config\": {\"model_type\": \"mimi\", \"_frame_rate\": null}}"
            })
    void readsThePublishedShape(String json) throws IOException {
        MimiConfig read = read(json);
        assertThat(read.samplesPerFrame()).isEqualTo(1920);
        assertThat(read.upsampling()).isEqualTo(2);
        assertThat(read.codebooks()).isEqualTo(32);
        assertThat(read.codes()).isEqualTo(2048);
        assertThat(read.ratios()).isEqualTo(List.of(8, 6, 5, 4));
        assertThat(read.prefix()).isEqualTo(json.contains("csm") ? "codec_model." : "");
        assertThat(read.unusedParts()).contains(read.prefix() + "encoder.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"model_type\": \"encodec\" | model_type' is 'encodec', neither 'mimi'",
                "\"hidden_act\": \"relu\" | hidden_act' is 'relu', but only gelu",
                "\"use_causal_conv\": false | use_causal_conv' is false",
                "\"use_conv_shortcut\": true | use_conv_shortcut' is true",
                "\"pad_mode\": \"reflect\" | pad_mode' is 'reflect'",
                "\"audio_channels\": 2 | audio_channels' is not 1",
                "\"trim_right_ratio\": 0.5 | trim_right_ratio' is not 1",
                "\"codebook_dim\": 128 | codebook_dim' is 128",
                "\"num_quantizers\": 1 | num_semantic_quantizers' is 1 of 1",
                "\"num_key_value_heads\": 3 | num_key_value_heads' is 3, which does not divide 8",
                "\"head_dim\": 7 | head_dim' is 7",
                "\"upsampling_ratios\": [] | upsampling_ratios' are []",
                "\"upsampling_ratios\": [7] | upsampling_ratios' are [7], which do not divide 24000",
                "\"upsampling_ratios\": [16777216, 16777216] | upsampling_ratios' are [16777216, 16777216]",
                "\"frame_rate\": 13 | frame_rate' is 13.0",
                "\"frame_rate\": 25 | frame_rate' is 25.0",
                "\"compress\": 3 | compress' is 3, which does not divide 64",
                "\"upsample_groups\": 500 | upsample_groups' is 500",
                "\"rope_parameters\": {\"rope_type\": \"llama3\"} | codec_config.rope_parameters.rope_type' is 'llama3'"
            })
    void refusesByName(String field, String message) {
        assertThatThrownBy(() -> read("{\"model_type\": \"csm\", \"codec_config\": {" + field + "}}"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll("'codec_config.", message);
    }

    @Test
    void refusesAModelWithoutACodec() {
        assertThatThrownBy(() -> read("{\"model_type\": \"csm\"}")).hasMessageContaining("'codec_config' is missing");
    }

    private MimiConfig read(String json) throws IOException {
        Files.writeString(directory.resolve("config.json"), json);
        new CheckpointWriter().write(directory.resolve("model.safetensors"));
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(directory)) {
            return (MimiConfig) CodecConfig.from(checkpoint);
        }
    }
}
