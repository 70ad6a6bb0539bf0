package io.triptych.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.triptych.decoder.LlamaConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointDirectoryTest {
    private static final String EMBEDDING = "model.embed_tokens.weight";
    private static final String INDEX = "model.safetensors.index.json";

    @TempDir
    Path directory;

    @BeforeEach
    void writeConfig() throws IOException {
        write("config.json", "{\"model_type\":\"llama\",\"tie_word_embeddings\":true}");
    }

    @Test
    void opensOneFile() throws IOException {
        write("generation_config.json", "{\"eos_token_id\":2}");
        write("tokenizer.json", "{}");
        new CheckpointWriter()
                .add(EMBEDDING, new float[6], 2, 3)
                .add("norm", "BF16", new short[3], 3)
                .write(directory.resolve("model.safetensors"));
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(directory)) {
            assertThat(checkpoint.modelType()).isEqualTo("llama");
            assertThat(checkpoint.generationFields().orElseThrow().tokens("eos_token_id", 3))
                    .containsExactly(2);
            assertThat(checkpoint.tokenizerConfig()).isEmpty();
            assertThat(checkpoint.tokenizer()).isEqualTo(directory.resolve("tokenizer.json"));
            assertThat(checkpoint.names()).containsExactly(EMBEDDING, "norm");
            assertThat(checkpoint.has("norm")).isTrue();
            assertThat(checkpoint.has("lm_head.weight")).isFalse();
            assertThat(checkpoint.parameters()).isEqualTo(9);
        }
    }

    @Test
    void refusesMissingMisshapenAndUnusedTensors() {
        new CheckpointWriter()
                .add(EMBEDDING, new float[6], 2, 3)
                .add("extra.bias", new float[1], 1)
                .write(directory.resolve("model.safetensors"));
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(directory)) {
            assertThatThrownBy(() -> checkpoint.tensor("model.norm.weight", 3))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContainingAll(directory.toString(), "'model.norm.weight' is missing");
            assertThatThrownBy(() -> checkpoint.tensor(EMBEDDING, 3, 2))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContainingAll("model.safetensors", EMBEDDING, "[2, 3]", "[3, 2]");
            assertThatThrownBy(checkpoint::requireEveryTensorUsed)
                    .as("a refused tensor is not a used one")
                    .hasMessageContaining("(and 1 more)");
            checkpoint.tensor(EMBEDDING, 2, 3);
            assertThatThrownBy(checkpoint::requireEveryTensorUsed)
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContainingAll("model.safetensors", "'extra.bias' is not part of this model");
            checkpoint.tensor("extra.bias", 1);
            checkpoint.requireEveryTensorUsed();
        }
    }

    @Test
    void letsRotaryFrequenciesPass() {
        new CheckpointWriter()
                .add("model.layers.0.self_attn.rotary_emb.inv_freq", new float[1], 1)
                .write(directory.resolve("model.safetensors"));
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(directory)) {
            checkpoint.requireEveryTensorUsed();
        }
    }

    @ParameterizedTest
    @CsvSource({"true, 2.5, ''", "true, 2.75, differs from model.embed_tokens.weight", "false, 2.5, is not part of"})
    void letsAnEqualTiedOutputLayerPassAndNoOther(boolean tied, float last, String message) throws IOException {
        write("config.json", "{\"model_type\":\"llama\",\"tie_word_embeddings\":" + tied + "}");
        new CheckpointWriter()
                .add(EMBEDDING, new float[] {1, 2.5f}, 2, 1)
                .add("lm_head.weight", new float[] {1, last}, 2, 1)
                .write(directory.resolve("model.safetensors"));
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(directory)) {
            checkpoint.tensor(EMBEDDING, 2, 1);
            if (message.isEmpty()) {
                checkpoint.requireEveryTensorUsed();
            } else {
                assertThatThrownBy(checkpoint::requireEveryTensorUsed)
                        .hasMessageContainingAll("'lm_head.weight'", message);
            }
        }
    }

    @Test
    void opensShards() throws IOException {
        writeShards();
        writeIndex("\"a\":\"model-00001-of-00002.safetensors\",\"b\":\"model-00002-of-00002.safetensors\"");
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(directory)) {
            assertThat(checkpoint.names()).containsExactly("a", "b");
            float[] value = new float[1];
            checkpoint.tensor("b", 1).read(0, value, 0, 1);
            assertThat(value).containsExactly(2);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"a\":\"model-00001-of-00002.safetensors\",\"b\":\"model-00001-of-00002.safetensors\" | 'b' is not in",
                "\"a\":\"model-00001-of-00002.safetensors\",\"b\":\"gone.safetensors\" | gone.safetensors: is missing",
                "\"a\":\"../outside.safetensors\" | 'a' is mapped to",
                "\"a\":\"/etc/passwd\" | 'a' is mapped to",
                "\"a\":\"..\\\\outside.safetensors\" | 'a' is mapped to",
                "\"a\":\"nul\\u0000.safetensors\" | 'a' is mapped to",
                "\"a\":\"config.json\" | 'a' is mapped to",
                "\"a\":3 | 'a' is mapped to",
                "`` | has no weight_map",
                "\"b\":\"model-00002-of-00002.safetensors\",\"a\":\"both.safetensors\" | 'b' is not listed so",
                "\"a\":\"model-00001-of-00002.safetensors\",\"a\":\"both.safetensors\" | not well-formed JSON"
            })
    void refusesALyingIndex(String weightMap, String message) throws IOException {
        new CheckpointWriter().add("a", new float[1], 1).write(directory.resolveSibling("outside.safetensors"));
        new CheckpointWriter()
                .add("a", new float[1], 1)
                .add("b", new float[1], 1)
                .write(directory.resolve("both.safetensors"));
        writeShards();
        writeIndex(weightMap);
        assertThatThrownBy(() -> CheckpointDirectory.open(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(message);
    }

    @Test
    void namesTheIndexThatLies() throws IOException {
        write("config.json", "{\"transformers_weights\":\"other.safetensors.index.json\"}");
        writeShards();
        for (String shard : new String[] {"gone.safetensors", "both.safetensors"}) {
            new CheckpointWriter()
                    .add("a", new float[1], 1)
                    .add("b", new float[1], 1)
                    .write(directory.resolve("both.safetensors"));
            write("other.safetensors.index.json", "{\"weight_map\":{\"a\":\"" + shard + "\"}}");
            assertThatThrownBy(() -> CheckpointDirectory.open(directory))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining(" other.safetensors.index.json");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "{\"model_type\":\"llama\"", "{\"a\":1,\"a\":2}", "", "{} x", "{\"model_type\":NaN}"})
    void refusesAMalformedConfig(String json) throws IOException {
        write("config.json", json);
        assertThatThrownBy(() -> CheckpointDirectory.open(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("config.json");
    }

    @Test
    void refusesADirectoryThatIsNoCheckpoint() throws IOException {
        assertThatThrownBy(() -> CheckpointDirectory.open(directory.resolve("nowhere")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("is not a directory");
        write("pytorch_model.bin", "");
        assertThatThrownBy(() -> CheckpointDirectory.open(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("holds neither model.safetensors nor");
        new CheckpointWriter().write(directory.resolve("model.safetensors"));
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(directory)) {
            assertThatThrownBy(checkpoint::tokenizer).hasMessageContaining("tokenizer.json: is missing");
        }
        write("config.json", "{\"model_type\":7}");
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(directory)) {
            assertThatThrownBy(checkpoint::modelType).hasMessageContaining("'model_type' is 7, not a string");
        }
        Files.delete(directory.resolve("config.json"));
        assertThatThrownBy(() -> CheckpointDirectory.open(directory)).hasMessageContaining("config.json: is missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "text-draft"})
    void opensTheDefaultCheckpoint(String name) {
        Path model = Path.of(System.getProperty("triptych.root", ".."), "models", name);
        assumeThat(model.resolve("config.json"))
                .as("the default checkpoint is in models/%s", name)
                .exists();
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(model)) {
            LlamaConfig config = LlamaConfig.from(checkpoint);
            assertThat(config.maximumPositions()).isGreaterThanOrEqualTo(1024);
            int hidden = config.hiddenSize();
            checkpoint.tensor(EMBEDDING, config.vocabularySize(), hidden);
            assertThat(checkpoint
                            .tensor(
                                    "model.layers.0.self_attn.o_proj.weight",
                                    hidden,
                                    (long) config.heads() * config.headSize())
                            .elements())
                    .isPositive();
            assertThat(checkpoint.tokenizer()).exists();
            assertThat(config.memory(4, config.maximumPositions(), 1).parts().get("weights"))
                    .as("counts every matrix, the tied output layer too")
                    .isBetween(checkpoint.parameters() * 36 / 10, checkpoint.parameters() * 8);
        }
    }

    private void writeShards() {
        new CheckpointWriter()
                .add("a", new float[] {1}, 1)
                .write(directory.resolve("model-00001-of-00002.safetensors"));
        new CheckpointWriter()
                .add("b", new float[] {2}, 1)
                .write(directory.resolve("model-00002-of-00002.safetensors"));
    }

    private void writeIndex(String weightMap) throws IOException {
        write(INDEX, "{\"metadata\":{\"total_size\":8},\"weight_map\":{" + weightMap + "}}");
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }
}
