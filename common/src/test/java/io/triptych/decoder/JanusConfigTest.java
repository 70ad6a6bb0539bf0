package io.triptych.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.checkpoint.CheckpointWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class JanusConfigTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    @TempDir
    Path directory;

    private ObjectNode config;

    @BeforeEach
    void writeConfigOfTheFamilysDefaults() throws IOException {
        config = object("""
                {"model_type": "janus", "vq_config": {}, "vision_config": {},
                 "text_config": {"model_type": "llama", "vocab_size": 102400, "hidden_size": 2048,
                  "intermediate_size": 5632, "num_hidden_layers": 24, "num_attention_heads": 16,
                  "max_position_embeddings": 16384, "bos_token_id": 100000, "eos_token_id": 100001}}
                """);
        Files.writeString(
                directory.resolve("generation_config.json"),
                "{\"generation_kwargs\": {\"boi_token_id\": 100016}, \"pad_token_id\": 100002}");
        new CheckpointWriter().write(directory.resolve("model.safetensors"));
    }

    /** Janus-Pro-1B: 384 x 384 pixels of 576 codes out of 16384. */
    @Test
    void readsThePublishedShape() {
        JanusConfig read = read();
        assertThat(read.text().layers()).isEqualTo(24);
        assertThat(read.vq()).isEqualTo(new JanusConfig.Vq(16384, 8, 256, 128, List.of(1, 1, 2, 2, 4), 2));
        assertThat(read.alignerLayers()).isEqualTo(2);
        assertThat(read.imageTokens()).isEqualTo(576);
        assertThat(read.imageSide()).isEqualTo(384);
        assertThat(read.bosToken()).isEqualTo(100000);
        assertThat(read.boiToken()).isEqualTo(100016);
        assertThat(read.padToken()).isEqualTo(100002);
        assertThat(read.inputTokens()).isEqualTo(16384 + 102400);
        assertThat(read.inputToken(7)).isEqualTo(16384 + 7);
        assertThat(read.memory(4, 1024, 2).bytes()).isBetween(6L << 30, 12L << 30);
        assertThat(read.memory(1, 1024, 2).bytes()).isLessThan(5L << 30);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"boi_token_id\": 9, \"pad_token_id\": 2}",
                "{\"generation_kwargs\": {\"boi_token_id\": 9, \"pad_token_id\": 2}}"
            })
    void findsTheTokensOfAnImageInEitherFile(String fields) throws IOException {
        Files.delete(directory.resolve("generation_config.json"));
        config.setAll(object(fields));
        assertThat(read().boiToken()).isEqualTo(9);
        Files.writeString(directory.resolve("generation_config.json"), fields.replace("9", "8"));
        assertThat(read().boiToken()).isEqualTo(8);
        assertThat(read().padToken()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"model_type\": \"llama\"} | 'model_type' is 'llama', not 'janus'",
                "{\"text_config\": null} | 'text_config' is missing",
                "{\"text_config\": {\"model_type\": \"gpt2\"}} | 'text_config.model_type' is the unknown family 'gpt2'",
                "{\"text_config\": {}} | 'text_config.model_type' is missing",
                "{\"vq_config\": {\"hidden_act\": \"silu\"}} | 'vq_config.hidden_act' is 'silu'",
                "{\"vq_config\": {\"projection_dim\": 1024}} | 'vq_config.projection_dim' is 1024, not the decoder's",
                "{\"vq_config\": {\"image_token_embed_dim\": 8}} | 'vq_config.image_token_embed_dim' is 8",
                "{\"vq_config\": {\"num_embeddings\": 16777216}} | 'vq_config.num_embeddings' is 16777216, too large",
                "{\"vq_config\": {\"out_channels\": 4}} | 'vq_config.out_channels' is not 3",
                "{\"vq_config\": {\"base_channels\": 48}} | makes 48 channels, which are not in 32 groups",
                "{\"vq_config\": {\"channel_multiplier\": []}} | has 0 levels",
                "{\"vq_config\": {\"channel_multiplier\": [1, 0]}} | 'vq_config.channel_multiplier' is 0, not a whole",
                "{\"vq_config\": {\"channel_multiplier\": [16777216]}} | makes 2147483648 channels",
                "{\"vq_config\": {\"channel_multiplier\": [1,1,1,1,1,1,1,1,1,1,1,1]}} | makes pictures of 24 x 2^11",
                "{\"vision_config\": {\"image_size\": 128}} | 'vision_config.num_image_tokens' is 576, not the square",
                "{\"vision_config\": {\"image_size\": 8}} | 'vision_config.patch_size' is 16, larger than an image of 8",
                "{\"vision_config\": {\"patch_size\": [16, 16]}} | 'vision_config.patch_size' is [16,16]",
                "{\"generation_kwargs\": 3} | 'generation_kwargs' is 3, not an object"
            })
    void refusesByName(String fields, String message) {
        ((ObjectNode) config.get("vision_config")).put("num_image_tokens", 576);
        object(fields).properties().forEach(field -> {
            if (field.getValue().isObject()
                    && config.has(field.getKey())
                    && !field.getValue().isEmpty()) {
                ((ObjectNode) config.get(field.getKey())).setAll((ObjectNode) field.getValue());
            } else {
                config.set(field.getKey(), field.getValue());
            }
        });
        assertThatThrownBy(this::read)
                .isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll("config.json", message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"pad_token_id\": 2} | 'boi_token_id' is missing",
                "{\"boi_token_id\": 102400, \"pad_token_id\": 2} | 'boi_token_id' holds 102400, not a token",
                "{\"boi_token_id\": [1, 2], \"pad_token_id\": 2} | 'boi_token_id' is a list",
                "{\"boi_token_id\": 1} | 'pad_token_id' is missing"
            })
    void refusesTokensByName(String generation, String message) throws IOException {
        Files.writeString(directory.resolve("generation_config.json"), generation);
        assertThatThrownBy(this::read)
                .isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll("generation_config.json", message);
    }

    @Test
    void saturatesWhereAHostileConfigWouldOverflow() {
        ObjectNode vq = (ObjectNode) config.get("vq_config");
        vq.put("num_res_blocks", 1 << 24).put("embed_dim", 1 << 24).put("base_channels", 1 << 21);
        assertThatThrownBy(read().memory(4, 1 << 24, 1 << 20)::requireAvailable)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("does not fit");
    }

    private JanusConfig read() {
        try {
            Files.writeString(directory.resolve("config.json"), JSON.writeValueAsString(config));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(directory)) {
            return JanusConfig.from(checkpoint);
        }
    }

    private static ObjectNode object(String json) {
        return (ObjectNode) JSON.readTree(json);
    }
}
