package io.triptych.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.checkpoint.CheckpointWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class CsmConfigTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    @TempDir
    Path directory;

    private ObjectNode config;

    @Test
    void knowsHowManyKeyValueHeadsThereAreWhereNoneAreNamed() {
        config.remove("num_key_value_heads");
        ((ObjectNode) config.get("depth_decoder_config")).remove("num_key_value_heads");
        CsmConfig read = read();
        assertThat(read.backbone().keyValueHeads()).isEqualTo(8);
        assertThat(read.depth().keyValueHeads()).isEqualTo(2);
    }

    /** As published for csm-1b, but for fields that do not bear on the shape. */
    @BeforeEach
    void writePublishedConfig() {
        config = object("""
                {"architectures": ["CsmForConditionalGeneration"], "model_type": "csm", "attention_bias": false,
                 "audio_eos_token_id": 128003, "audio_token_id": 128002, "bos_token_id": 128000,
                 "codebook_eos_token_id": 0, "codebook_pad_token_id": 2050, "head_dim": 64, "hidden_act": "silu",
                 "hidden_size": 2048, "intermediate_size": 8192, "max_position_embeddings": 2048, "mlp_bias": false,
                 "num_attention_heads": 32, "num_codebooks": 32, "num_hidden_layers": 16, "num_key_value_heads": 8,
                 "pad_token_id": 128002, "rms_norm_eps": 1e-05, "rope_theta": 500000,
                 "rope_scaling": {"factor": 32.0, "high_freq_factor": 0.5, "low_freq_factor": 0.125,
                  "original_max_position_embeddings": 1024, "rope_type": "llama3"},
                 "text_vocab_size": 128256, "tie_codebooks_embeddings": true, "tie_word_embeddings": false,
                 "vocab_size": 2051,
                 "depth_decoder_config": {"model_type": "csm_depth_decoder_model", "attention_bias": false,
                  "backbone_hidden_size": 2048, "head_dim": 128, "hidden_act": "silu", "hidden_size": 1024,
                  "intermediate_size": 8192, "max_position_embeddings": 33, "mlp_bias": false,
                  "num_attention_heads": 8, "num_codebooks": 32, "num_hidden_layers": 4, "num_key_value_heads": 2,
                  "rms_norm_eps": 1e-05, "rope_theta": 500000,
                  "rope_scaling": {"factor": 32.0, "high_freq_factor": 0.0078125, "low_freq_factor": 0.001953125,
                   "original_max_position_embeddings": 16, "rope_type": "llama3"},
                  "vocab_size": 2051},
                 "codec_config": {"model_type": "mimi"}}
                """);
    }

    @Test
    void readsThePublishedShape() {
        CsmConfig read = read();
        assertThat(read.backbone().layers()).isEqualTo(16);
        assertThat(read.backbone().vocabularySize()).isEqualTo(128256);
        assertThat(read.backbone().maximumPositions()).isEqualTo(2048);
        assertThat(read.depth().layers()).isEqualTo(4);
        assertThat(read.depth().headSize()).isEqualTo(128);
        assertThat(read.depth().vocabularySize()).isEqualTo(2051);
        assertThat(read.codebooks()).isEqualTo(32);
        assertThat(read.codes()).isEqualTo(2051);
        assertThat(read.endCode()).isZero();
        assertThat(read.tiedEmbeddings()).isTrue();
        assertThat(read.inputToken(7)).isEqualTo(2058);
        // All but the highest frequencies are stretched: their wavelengths are above 1024 / 0.125 and 16 / 0.00195.
        assertThat(read.backbone().inverseFrequencies()[31])
                .isCloseTo(Math.pow(500_000, -62 / 64.0) / 32, within(1e-15));
        assertThat(read.depth().inverseFrequencies()[63])
                .isCloseTo(Math.pow(500_000, -126 / 128.0) / 32, within(1e-15));
        assertThat(read.memory(4, 2048, 1).bytes()).isBetween(6L << 30, 12L << 30);
        assertThat(read.memory(1, 2048, 1).bytes()).isLessThan(7L << 30);
    }

    @Test
    void absentFieldsHaveTheFamilysValues() {
        for (ObjectNode part : new ObjectNode[] {config, (ObjectNode) config.get("depth_decoder_config")}) {
            part.remove("rope_scaling");
            part.remove("rope_theta");
            part.remove("rms_norm_eps");
        }
        assertThat(read().backbone().normEpsilon()).isEqualTo(1e-5);
        assertThat(read().backbone().inverseFrequencies()[1]).isCloseTo(Math.pow(500_000, -2 / 64.0), within(1e-15));
        assertThat(read().depth().inverseFrequencies()[1]).isCloseTo(Math.pow(500_000, -2 / 128.0), within(1e-15));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"model_type\": \"llama\"} | 'model_type' is 'llama', not 'csm'",
                "{\"architectures\": [\"LlamaForCausalLM\"]} | 'architectures' is [LlamaForCausalLM]",
                "{\"text_vocab_size\": null} | 'text_vocab_size' is missing",
                "{\"num_codebooks\": 1} | 'num_codebooks' is 1, which leaves nothing",
                "{\"num_codebooks\": 16777216} | 'num_codebooks' is 16777216, too large",
                "{\"num_codebooks\": 16} | 'depth_decoder_config.num_codebooks' is 32, but the backbone has 16",
                "{\"vocab_size\": 2048} | 'depth_decoder_config.vocab_size' is 2051, but the backbone has 2048",
                "{\"codebook_eos_token_id\": 2051} | 'codebook_eos_token_id' holds 2051, not a token",
                "{\"codebook_eos_token_id\": [1, 2]} | 'codebook_eos_token_id' is a list",
                "{\"hidden_act\": \"gelu\"} | 'hidden_act' is 'gelu'",
                "{\"depth_decoder_config\": null} | 'depth_decoder_config' is missing",
                "{\"depth_decoder_config\": {\"model_type\": \"llama\"}} | 'depth_decoder_config.model_type' is not",
                "{\"depth_decoder_config\": {\"backbone_hidden_size\": 64}} | 'depth_decoder_config.backbone_hidden_size'",
                "{\"depth_decoder_config\": {\"max_position_embeddings\": 31}} | is 31, less than there are codebooks",
                "{\"depth_decoder_config\": {\"mlp_bias\": true}} | 'depth_decoder_config.mlp_bias' is true",
                "{\"transformers_weights\": \"../model.safetensors\"} | no safetensors file or index here"
            })
    void refusesByName(String fields, String message) {
        object(fields).properties().forEach(field -> {
            if (field.getValue().isObject()) {
                ((ObjectNode) config.get(field.getKey())).setAll((ObjectNode) field.getValue());
            } else {
                config.set(field.getKey(), field.getValue());
            }
        });
        assertThatThrownBy(this::read)
                .isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll("config.json", message);
    }

    /** The published directory holds the weights of another library under the usual name. */
    @Test
    void readsTheWeightsThatTheConfigurationNames() {
        config.put("transformers_weights", "ours.safetensors");
        new CheckpointWriter()
                .add("backbone_model.norm.weight", new float[1], 1)
                .write(directory.resolve("ours.safetensors"));
        write(new CheckpointWriter().add("backbone.norm.scale", new float[1], 1));
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(directory)) {
            assertThat(checkpoint.names()).containsExactly("backbone_model.norm.weight");
        }
    }

    @Test
    void tiedEmbeddingsAreOneOrEqual() {
        String backbone = CsmConfig.BACKBONE_EMBEDDING;
        String depth = CsmConfig.DEPTH_EMBEDDING;
        CsmConfig tied = read();
        for (String stored : new String[] {backbone, depth}) {
            write(new CheckpointWriter().add(stored, new float[] {7}, 1));
            try (CheckpointDirectory checkpoint = CheckpointDirectory.open(directory)) {
                assertThat(tied.weights(checkpoint).read(backbone, 1)).containsExactly(7);
                assertThat(tied.weights(checkpoint).read(depth, 1)).containsExactly(7);
                checkpoint.requireEveryTensorUsed();
            }
        }
        write(new CheckpointWriter().add(backbone, new float[] {7}, 1).add(depth, new float[] {8}, 1));
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(directory)) {
            assertThatThrownBy(() -> tied.weights(checkpoint))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContainingAll(backbone, "differs from " + depth, "tie_codebooks_embeddings");
        }
        config.put("tie_codebooks_embeddings", false);
        try (CheckpointDirectory checkpoint = checkpointOf(config)) {
            LlamaWeights untied = CsmConfig.from(checkpoint).weights(checkpoint);
            assertThat(untied.read(depth, 1)).containsExactly(8);
            assertThat(untied.read(backbone, 1)).containsExactly(7);
        }
    }

    private CheckpointDirectory checkpointOf(ObjectNode changed) {
        try {
            Files.writeString(directory.resolve("config.json"), JSON.writeValueAsString(changed));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return CheckpointDirectory.open(directory);
    }

    private void write(CheckpointWriter weights) {
        weights.write(directory.resolve("model.safetensors"));
        checkpointOf(config).close();
    }

    private CsmConfig read() {
        new CheckpointWriter().write(directory.resolve("model.safetensors"));
        try (CheckpointDirectory checkpoint = checkpointOf(config)) {
            return CsmConfig.from(checkpoint);
        }
    }

    private static ObjectNode object(String json) {
        return (ObjectNode) JSON.readTree(json);
    }
}
