package io.triptych.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.decoder.JanusConfig;
import io.triptych.sampling.SamplingParameters;
import io.triptych.tokenizer.TestCheckpoints;
import io.triptych.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageModelTest {
    private static final int CODES = 1000;

    @TempDir
    private Path directory;

    @Test
    void writesPromptsOfTextTokensBehindTheCodes() {
        TestCheckpoints.write(
                directory,
                "tokenizer.json",
                TestCheckpoints.byteLevelTokenizer().toString());
        ImageModel model = model();
        int[] prompt = model.prompt("cab");
        assertThat(prompt).containsExactly(CODES + 1, CODES + 'c', CODES + 256, CODES + 2);
        assertThat(model.unconditional(prompt)).containsExactly(CODES + 1, CODES + 3, CODES + 3, CODES + 2);
        assertThat(model.prompt("")).containsExactly(CODES + 1, CODES + 2);
        assertThat(model.size()).isEqualTo("128x128");
    }

    @Test
    void takesItsDefaultsFromTheCheckpoint() {
        generation("{\"guidance_scale\": 5, \"temperature\": 0.9, \"top_k\": 100, \"top_p\": 0.95, \"min_p\": 0.01}");
        assertThat(model().guidance()).isEqualTo(5);
        assertThat(model().sampling()).isEqualTo(new SamplingParameters(Map.of(), 1, 0, 0, 0.9, 100, 0.01, 0.95));
        generation("{\"do_sample\": true, \"top_k\": 0, \"generation_kwargs\": {\"guidance_scale\": 4}}");
        assertThat(model().guidance()).isEqualTo(4);
        assertThat(model().sampling()).isEqualTo(SamplingParameters.ofTemperature(1));
    }

    @Test
    void drawsWithoutGuidanceUnlessTheCheckpointNamesAny() {
        assertThat(model().guidance()).isEqualTo(1);
        assertThat(model().sampling()).isEqualTo(SamplingParameters.ofTemperature(1));
        generation("{\"do_sample\": false, \"temperature\": 0.7}");
        assertThat(model().sampling()).isEqualTo(SamplingParameters.ofTemperature(0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"guidance_scale\": \"5\"}",
                "{\"guidance_scale\": -1}",
                "{\"temperature\": 3}",
                "{\"top_p\": 1.5}",
                "{\"min_p\": true}"
            })
    void refusesDefaultsThatMakeNoSense(String json) {
        generation(json);
        assertThatThrownBy(this::model)
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("generation_config.json")
                .hasMessageContaining(json.substring(2, json.indexOf(':') - 1));
    }

    private void generation(String json) {
        TestCheckpoints.write(directory, "generation_config.json", json);
    }

    private ImageModel model() {
        JanusConfig.Vq vq = new JanusConfig.Vq(CODES, 4, 4, 32, List.of(1, 1, 1, 1), 1);
        try (CheckpointDirectory checkpoint = TestCheckpoints.open(directory)) {
            Tokenizer tokenizer =
                    directory.resolve("tokenizer.json").toFile().exists() ? Tokenizer.of(checkpoint) : null;
            return ImageModel.of(null, tokenizer, new JanusConfig(null, vq, 2, 16, 1, 2, 3), 512, checkpoint);
        }
    }
}
