package io.triptych.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.checkpoint.CheckpointWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class LlamaConfigTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    @TempDir
    Path directory;

    private ObjectNode config;

    @BeforeEach
    void writeMinimalConfig() {
        config = object("""
                {"model_type": "llama", "vocab_size": 100, "hidden_size": 24, "intermediate_size": 40,
                 "num_hidden_layers": 3, "num_attention_heads": 6, "max_position_embeddings": 512}
                """);
        new CheckpointWriter().write(directory.resolve("model.safetensors"));
    }

    @Test
    void readsAMinimalConfigWithTheFamilysDefaults() {
        LlamaConfig read = read();
        assertThat(read.family()).isEqualTo("llama");
        assertThat(read.vocabularySize()).isEqualTo(100);
        assertThat(read.hiddenSize()).isEqualTo(24);
        assertThat(read.feedForwardSize()).isEqualTo(40);
        assertThat(read.layers()).isEqualTo(3);
        assertThat(read.heads()).isEqualTo(6);
        assertThat(read.keyValueHeads()).isEqualTo(6);
        assertThat(read.headSize()).isEqualTo(4);
        assertThat(read.normEpsilon()).isEqualTo(1e-6);
        assertThat(read.maximumPositions()).isEqualTo(512);
        assertThat(read.inverseFrequencies()).containsExactly(new double[] {1, 0.01}, within(1e-15));
        assertThat(read.queryKeyValueBias()).isFalse();
        assertThat(read.queryKeyNorm()).isFalse();
        assertThat(read.tiedEmbeddings()).isFalse();
        assertThat(read.bosToken()).isEqualTo(-1);
        assertThat(read.eosTokens()).isEmpty();
    }

    @Test
    void readsEverythingThatIsThere() {
        config.put("num_key_value_heads", 2)
                .put("head_dim", 8)
                .put("rms_norm_eps", 1e-5)
                .put("rope_theta", 500000.0);
        config.put("tie_word_embeddings", true).put("bos_token_id", 1).put("eos_token_id", 2);
        config.putArray("architectures").add("LlamaForCausalLM");
        config.put("hidden_act", "silu").put("attention_bias", false).put("mlp_bias", false);
        config.putNull("rope_scaling").putNull("quantization_config");
        LlamaConfig read = read();
        assertThat(read.keyValueHeads()).isEqualTo(2);
        assertThat(read.headSize()).isEqualTo(8);
        assertThat(read.normEpsilon()).isEqualTo(1e-5);
        assertThat(read.tiedEmbeddings()).isTrue();
        assertThat(read.bosToken()).isEqualTo(1);
        assertThat(read.eosTokens()).containsExactly(2);
        assertThat(read.inverseFrequencies()).hasSize(4);
        assertThat(read.inverseFrequencies()[1]).isCloseTo(1 / Math.sqrt(Math.sqrt(500000)), within(1e-15));
    }

    @Test
    void takesTheEndOfSequenceFromTheGenerationConfigFirst() throws IOException {
        config.put("eos_token_id", 2);
        Path generation = directory.resolve("generation_config.json");
        Files.writeString(generation, "{\"eos_token_id\": [7, 9]}");
        assertThat(read().eosTokens()).containsExactly(7, 9);
        Files.writeString(generation, "{\"eos_token_id\": null}");
        assertThat(read().eosTokens()).containsExactly(2);
        Files.writeString(generation, "{\"eos_token_id\": [7, 100]}");
        assertThatThrownBy(this::read)
                .isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll("generation_config.json", "'eos_token_id'", "100");
    }

    @Test
    void knowsWhatTheFamiliesDifferIn() {
        config.put("model_type", "qwen2").put("attention_bias", true).put("num_key_value_heads", 2);
        assertThat(read().queryKeyValueBias()).as("Qwen2 always has it").isTrue();
        config.put("model_type", "qwen3").remove("attention_bias");
        assertThat(read().queryKeyNorm()).isTrue();
        assertThat(read().headSize()).as("Qwen3's default").isEqualTo(128);
        config.put("model_type", "mistral");
        assertThat(read().queryKeyValueBias()).isFalse();
        assertThat(read().queryKeyNorm()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "mistral, '{\"sliding_window\": 64}', 64",
        "mistral, '{\"sliding_window\": null}', 512",
        "mistral, '{\"sliding_window\": 4096}', 512",
        "qwen2, '{\"sliding_window\": 64}', 512",
        "qwen2, '{\"sliding_window\": 64, \"use_sliding_window\": false}', 512",
        "qwen2, '{\"sliding_window\": 64, \"use_sliding_window\": true}', 64",
        "qwen3, '{\"sliding_window\": 64, \"layer_types\": [\"full_attention\", \"sliding_attention\"]}', 64",
        "qwen3, '{\"sliding_window\": 64, \"layer_types\": [\"full_attention\"]}', 512",
        "llama, '{\"sliding_window\": 64}', 512"
    })
    void keepsPositionsWithinASlidingWindow(String family, String fields, int positions) {
        config.put("model_type", family).putNull("num_key_value_heads").setAll(object(fields));
        assertThat(read().maximumPositions()).isEqualTo(positions);
    }

    @ParameterizedTest
    @CsvSource({
        "mistral, '{}', 8, 4096",
        "mistral, '{\"sliding_window\": null}', 8, 8192",
        "mistral, '{\"num_key_value_heads\": null}', 32, 4096",
        "qwen2, '{}', 32, 8192",
        "qwen2, '{\"use_sliding_window\": true}', 32, 4096",
        "qwen2, '{\"use_sliding_window\": true, \"sliding_window\": null}', 32, 8192",
        "qwen3, '{\"use_sliding_window\": true}', 32, 4096",
        "llama, '{}', 32, 8192"
    })
    void tellsWhatIsAbsentFromWhatIsNull(String family, String fields, int keyValueHeads, int positions) {
        config.put("hidden_size", 256).put("num_attention_heads", 32).put("max_position_embeddings", 8192);
        config.put("model_type", family).setAll(object(fields));
        assertThat(read().keyValueHeads()).isEqualTo(keyValueHeads);
        assertThat(read().maximumPositions()).isEqualTo(positions);
    }

    @ParameterizedTest
    @CsvSource({"mistral, 8", "qwen2, 32", "qwen3, 32"})
    void refusesHeadsThatTheFamilysDefaultDoesNotFit(String family, int keyValueHeads) {
        config.put("model_type", family);
        assertThatThrownBy(this::read)
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("'num_key_value_heads' is " + keyValueHeads + ", which does not divide 6");
    }

    @Test
    void readsLinearScalingInBothForms() {
        config.set("rope_scaling", object("{\"type\": \"linear\", \"factor\": 4}"));
        assertThat(read().inverseFrequencies()).containsExactly(new double[] {0.25, 0.0025}, within(1e-15));
        config.remove("rope_scaling");
        config.set("rope_parameters", object("{\"rope_type\": \"linear\", \"factor\": 4.0, \"rope_theta\": 100}"));
        assertThat(read().inverseFrequencies()).containsExactly(new double[] {0.25, 0.025}, within(1e-15));
        config.set("rope_parameters", object("{\"rope_type\": \"default\", \"rope_theta\": 100}"));
        assertThat(read().inverseFrequencies()).containsExactly(new double[] {1, 0.1}, within(1e-15));
    }

    @Test
    void acceptsBothFormsIfTheyAgree() {
        config.set("rope_scaling", object("{\"type\": \"linear\", \"factor\": 4}"));
        config.set("rope_parameters", object("{\"rope_type\": \"linear\", \"factor\": 4, \"rope_theta\": 10000}"));
        assertThat(read().inverseFrequencies()).hasSize(2);
        config.set("rope_parameters", object("{\"rope_type\": \"linear\", \"factor\": 8, \"rope_theta\": 10000}"));
        assertThatThrownBy(this::read).hasMessageContaining("'rope_parameters' contradicts 'rope_scaling'");
    }

    /**
     * Llama 3.1 8B's numbers against the formula as it was published, by wavelengths: above 8192 / 1 positions divided by
     * 8, below 8192 / 4 kept, smoothed between.
     */
    @Test
    void scalesAsLlama3() {
        config.put("head_dim", 128).put("rope_theta", 500000.0);
        config.set("rope_scaling", object("""
                        {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                         "original_max_position_embeddings": 8192, "rope_type": "llama3"}
                        """));
        double[] frequencies = read().inverseFrequencies();
        int kept = 0;
        int stretched = 0;
        for (int i = 0; i < 64; i++) {
            double frequency = 1 / Math.pow(500000, i / 64.0);
            double wavelength = 2 * Math.PI / frequency;
            double expected;
            if (wavelength < 2048) {
                expected = frequency;
                kept++;
            } else if (wavelength > 8192) {
                expected = frequency / 8;
                stretched++;
            } else {
                double smooth = (8192 / wavelength - 1) / 3;
                expected = (1 - smooth) * frequency / 8 + smooth * frequency;
            }
            assertThat(frequencies[i]).as("pair %d", i).isCloseTo(expected, within(1e-15 + 1e-12 * expected));
        }
        assertThat(kept).isEqualTo(29);
        assertThat(stretched).isEqualTo(29);
        // Three values from a separate calculation in decimal arithmetic: one smoothed, one stretched, the first.
        assertThat(frequencies[0]).isEqualTo(1);
        assertThat(frequencies[31]).isCloseTo(8.567514129196321E-4, within(1e-13));
        assertThat(frequencies[63]).isCloseTo(3.068925988914511E-7, within(1e-18));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"model_type\": \"gpt2\"} | 'model_type' is the unknown family 'gpt2'",
                "{\"model_type\": null} | 'model_type' is missing",
                "{\"architectures\": [\"LlamaForSequenceClassification\"]} | 'architectures'",
                "{\"architectures\": \"LlamaForCausalLM\"} | 'architectures'",
                "{\"hidden_act\": \"gelu\"} | 'hidden_act' is 'gelu'",
                "{\"attention_bias\": true} | 'attention_bias' is true",
                "{\"mlp_bias\": true} | 'mlp_bias' is true",
                "{\"mlp_bias\": \"no\"} | 'mlp_bias' is \"no\", not true or false",
                "{\"quantization_config\": {\"quant_method\": \"gptq\"}} | 'quantization_config'",
                "{\"vocab_size\": null} | 'vocab_size' is missing",
                "{\"vocab_size\": 0} | 'vocab_size' is 0",
                "{\"vocab_size\": -5} | 'vocab_size' is -5",
                "{\"vocab_size\": 4294967396} | 'vocab_size' is 4294967396",
                "{\"vocab_size\": 99999999} | 'vocab_size' is 99999999",
                "{\"hidden_size\": 24.0} | 'hidden_size' is 24.0",
                "{\"hidden_size\": \"24\"} | 'hidden_size' is \"24\"",
                "{\"hidden_size\": 25} | 'num_attention_heads' is 6, which does not divide 25",
                "{\"head_dim\": 3} | 'head_dim' is 3",
                "{\"head_dim\": 16777216} | 'head_dim' is 16777216, too large",
                "{\"num_key_value_heads\": 4} | 'num_key_value_heads' is 4, which does not divide 6",
                "{\"rms_norm_eps\": 0} | 'rms_norm_eps' is 0",
                "{\"rms_norm_eps\": 1e999} | 'rms_norm_eps'",
                "{\"rope_theta\": -1} | 'rope_theta' is -1",
                "{\"partial_rotary_factor\": 0.5} | 'partial_rotary_factor'",
                "{\"rope_parameters\": {\"partial_rotary_factor\": 0.5}} | 'rope_parameters.partial_rotary_factor'",
                "{\"layer_types\": [\"chunked_attention\"]} | 'layer_types' holds 'chunked_attention'",
                "{\"eos_token_id\": 100} | 'eos_token_id' holds 100",
                "{\"eos_token_id\": [1, -1]} | 'eos_token_id' holds -1",
                "{\"bos_token_id\": 1.5} | 'bos_token_id' holds 1.5",
                "{\"bos_token_id\": [1, 2]} | 'bos_token_id' is a list",
                "{\"rope_scaling\": 4} | 'rope_scaling' is 4, not an object",
                "{\"rope_scaling\": {\"type\": \"yarn\", \"factor\": 4}} | is 'yarn'",
                "{\"rope_scaling\": {\"rope_type\": \"dynamic\", \"factor\": 4}} | is 'dynamic'",
                "{\"rope_parameters\": {\"rope_type\": \"longrope\"}} | 'rope_parameters.rope_type' is 'longrope'",
                "{\"rope_parameters\": {\"full_attention\": {}}} | 'rope_parameters.full_attention' is not supported",
                "{\"rope_scaling\": {\"type\": \"linear\"}} | 'rope_scaling.factor' is missing",
                "{\"rope_scaling\": {\"type\": \"linear\", \"factor\": 0}} | 'rope_scaling.factor' is 0",
                "{\"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8}} | 'rope_scaling.low_freq_factor' is missing",
            })
    void refusesByName(String fields, String message) {
        config.setAll(object(fields));
        assertThatThrownBy(this::read)
                .isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll("config.json", message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "mistral", "qwen3"})
    void refusesAnOutputBias(String family) {
        config.put("model_type", family).put("attention_bias", true).put("num_key_value_heads", 2);
        assertThatThrownBy(this::read).hasMessageContaining("'attention_bias' is true");
    }

    @Test
    void allowsTheCapacityThatTheModelWasMadeFor() {
        assertThat(read().capacity("the.setting", 0, 2)).isEqualTo(512);
        assertThat(read().capacity("the.setting", 100, 2)).isEqualTo(100);
        for (int chosen : new int[] {1, 513, -1}) {
            assertThatThrownBy(() -> read().capacity("the.setting", chosen, 2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the.setting is " + chosen)
                    .hasMessageContaining("2 to 512");
        }
    }

    @Test
    void countsItsMemory() {
        config.put("num_key_value_heads", 2);
        LlamaConfig read = read();
        long matrices = 3 * (24 * 24 * 2 + 2 * 24 * 8 + 3 * 24 * 40) + 100 * 24;
        assertThat(read.memory(4, 64, 2).parts())
                .containsEntry("weights", 4 * matrices)
                .containsEntry("embedding", 4L * 100 * 24)
                .containsEntry("key/value cache of 2 x 64 tokens", (8L + 8) * 3 * 2 * 4 * 64 * 2);
        assertThat(read.memory(1, 64, 2).parts().get("weights")).isBetween(matrices, matrices + 4 * 3 * 200 + 400);
        assertThat(read.memory(1, 64, 2).bytes())
                .isLessThan(read.memory(4, 64, 2).bytes());
    }

    @Test
    void saturatesWhereAHostileConfigWouldOverflow() {
        for (String field : new String[] {
            "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads"
        }) {
            config.put(field, 1 << 24);
        }
        config.put("head_dim", 2).put("num_attention_heads", 1 << 20);
        assertThatThrownBy(read().memory(4, 1 << 24, 1 << 20)::requireAvailable)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("does not fit");
    }

    /** Checkpoints saved by the transformers library: every tensor has the shape that the configuration implies. */
    @ParameterizedTest
    @CsvSource({
        "llama, llama, true, 16",
        "llama-sharded, llama, false, 16",
        "mistral, mistral, false, 16",
        "qwen2, qwen2, true, 16",
        "qwen3, qwen3, false, 32"
    })
    void readsWhatTheTransformersLibrarySaved(String name, String family, boolean tied, int headSize) throws Exception {
        URL fixture = LlamaConfigTest.class.getResource("/parity/" + name + "/config.json");
        assumeThat(fixture)
                .as("the parity fixture %s is among the test resources", name)
                .isNotNull();
        try (CheckpointDirectory checkpoint =
                CheckpointDirectory.open(Path.of(fixture.toURI()).getParent())) {
            LlamaConfig read = LlamaConfig.from(checkpoint);
            assertThat(read.family()).isEqualTo(family);
            assertThat(read.tiedEmbeddings()).isEqualTo(tied);
            assertThat(read.headSize()).isEqualTo(headSize);
            assertThat(read.bosToken()).isEqualTo(0);
            assertThat(read.eosTokens()).containsExactly(1);
            assertThat(read.maximumPositions()).isEqualTo(256);
            assertThat(read.inverseFrequencies()).hasSize(headSize / 2);
            useEveryTensor(checkpoint, read);
            checkpoint.requireEveryTensorUsed();
        }
    }

    private static void useEveryTensor(CheckpointDirectory checkpoint, LlamaConfig config) {
        int hidden = config.hiddenSize();
        long queries = (long) config.heads() * config.headSize();
        long keys = (long) config.keyValueHeads() * config.headSize();
        checkpoint.tensor("model.embed_tokens.weight", config.vocabularySize(), hidden);
        checkpoint.tensor("model.norm.weight", hidden);
        if (!config.tiedEmbeddings()) {
            checkpoint.tensor("lm_head.weight", config.vocabularySize(), hidden);
        }
        for (int i = 0; i < config.layers(); i++) {
            String layer = "model.layers." + i + ".";
            checkpoint.tensor(layer + "input_layernorm.weight", hidden);
            checkpoint.tensor(layer + "post_attention_layernorm.weight", hidden);
            checkpoint.tensor(layer + "self_attn.q_proj.weight", queries, hidden);
            checkpoint.tensor(layer + "self_attn.k_proj.weight", keys, hidden);
            checkpoint.tensor(layer + "self_attn.v_proj.weight", keys, hidden);
            checkpoint.tensor(layer + "self_attn.o_proj.weight", hidden, queries);
            checkpoint.tensor(layer + "mlp.gate_proj.weight", config.feedForwardSize(), hidden);
            checkpoint.tensor(layer + "mlp.up_proj.weight", config.feedForwardSize(), hidden);
            checkpoint.tensor(layer + "mlp.down_proj.weight", hidden, config.feedForwardSize());
            if (config.queryKeyValueBias()) {
                checkpoint.tensor(layer + "self_attn.q_proj.bias", queries);
                checkpoint.tensor(layer + "self_attn.k_proj.bias", keys);
                checkpoint.tensor(layer + "self_attn.v_proj.bias", keys);
            }
            if (config.queryKeyNorm()) {
                checkpoint.tensor(layer + "self_attn.q_norm.weight", config.headSize());
                checkpoint.tensor(layer + "self_attn.k_norm.weight", config.headSize());
            }
        }
    }

    private LlamaConfig read() {
        try {
            Files.writeString(directory.resolve("config.json"), JSON.writeValueAsString(config));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(directory)) {
            return LlamaConfig.from(checkpoint);
        }
    }

    private static ObjectNode object(String json) {
        return (ObjectNode) JSON.readTree(json);
    }
}
