package io.triptych.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.checkpoint.SafeTensors;
import io.triptych.checkpoint.Tensor;
import io.triptych.speculation.GuidedTarget;
import io.triptych.speculation.Target;
import io.triptych.speculation.TokenTree;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Logits of image codes, guided and not, beside those of {@code transformers}; {@code training/fixtures} made them. */
class JanusParityTest {
    @ParameterizedTest
    @CsvSource({"conditional, 1", "unconditional, 0", "guided, 5"})
    void float32AgreesWithTransformers(String logits, double scale) throws Exception {
        Path directory = Path.of(getClass().getResource("/parity/janus").toURI());
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(directory);
                SafeTensors file = SafeTensors.open(directory.resolve("expected.safetensors"))) {
            JanusConfig config = JanusConfig.from(checkpoint);
            Map<String, Tensor> expected = file.tensors();
            int[] prompt = prompt(expected.get("prompt.tokens"), config);
            int[] unconditional = prompt(expected.get("unconditional.tokens"), config);
            int[] codes = integers(expected.get("codes"));
            try (LlamaDecoder decoder = LlamaDecoder.load(config, LlamaWeights.of(checkpoint), Precision.FLOAT32, 64)) {
                assertThat(decoder.vocabularySize()).isEqualTo(64);
                GuidedTarget target = new GuidedTarget(decoder);
                int boi = prompt[prompt.length - 1];
                assertThat(boi).isEqualTo(config.inputToken(config.boiToken()));
                try (Target.Session session = target.open(unconditional, scale)) {
                    session.append(Arrays.copyOf(prompt, prompt.length - 1));
                    // Single steps for the first half of the picture, then the rest in one pass.
                    int half = codes.length / 2;
                    for (int i = 0; i < half; i++) {
                        TokenTree root = new TokenTree(i == 0 ? boi : codes[i - 1]);
                        assertRow(score(target, session, root).logits(0), expected.get(logits + ".logits"), i);
                        session.commit(new int[] {TokenTree.ROOT});
                    }
                    TokenTree chain = new TokenTree(codes[half - 1]);
                    for (int i = half; i < codes.length - 1; i++) {
                        chain.add(i - half, codes[i], 1, "test");
                    }
                    Target.Scores scores = score(target, session, chain);
                    for (int i = half; i < codes.length; i++) {
                        assertRow(scores.logits(i - half), expected.get(logits + ".logits"), i);
                    }
                }
            }
            assertThatThrownBy(() -> checkpoint.requireEveryTensorUsed(JanusConfig.UNUSED_PARTS))
                    .as("nobody has painted the picture yet")
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("'model.vqmodel.");
        }
    }

    private static int[] prompt(Tensor text, JanusConfig config) {
        return Arrays.stream(integers(text)).map(config::inputToken).toArray();
    }

    private static Target.Scores score(Target target, Target.Session session, TokenTree tree) {
        return target.score(List.of(new Target.Step(session, tree))).get(0);
    }

    private static void assertRow(float[] logits, Tensor expected, int row) {
        float[] values = new float[logits.length];
        expected.read((long) row * values.length, values, 0, values.length);
        for (int i = 0; i < values.length; i++) {
            assertThat(logits[i]).isCloseTo(values[i], within(1e-4f));
        }
    }

    private static int[] integers(Tensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.elements())];
        tensor.read(0, values, 0, values.length);
        int[] integers = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            integers[i] = (int) values[i];
        }
        return integers;
    }
}
