package io.triptych.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.SafeTensors;
import io.triptych.checkpoint.Tensor;
import io.triptych.speculation.Target;
import io.triptych.speculation.TokenTree;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our logits beside those of the {@code transformers} library; {@code training/fixtures} made them. */
class DecoderParityTest {
    private static final int VOCABULARY = 112;

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama-sharded", "qwen2", "qwen3", "mistral"})
    void float32AgreesWithTransformers(String name) throws Exception {
        Path directory = Path.of(getClass().getResource("/parity/" + name).toURI());
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(directory);
                SafeTensors file = SafeTensors.open(directory.resolve("expected.safetensors"));
                LlamaDecoder decoder = LlamaDecoder.load(
                        LlamaConfig.from(checkpoint), LlamaWeights.of(checkpoint), Precision.FLOAT32, 64);
                Target.Session session = decoder.open()) {
            checkpoint.requireEveryTensorUsed();
            Map<String, Tensor> expected = file.tensors();
            int[] prompt = integers(expected.get("prompt.tokens"));
            int[] steps = integers(expected.get("steps.tokens"));

            // The prompt as one tree that does not branch, so that every token's logits can be looked at.
            TokenTree chain = new TokenTree(prompt[0]);
            for (int i = 1; i < prompt.length; i++) {
                chain.add(i - 1, prompt[i], 1, "prompt");
            }
            assertRows(score(decoder, session, chain), 0, expected.get("prompt.logits"));

            // The same prompt without logits, then single steps.
            session.append(prompt);
            for (int i = 0; i < steps.length; i++) {
                Target.Scores scores = score(decoder, session, new TokenTree(steps[i]));
                assertRow(scores.logits(TokenTree.ROOT), expected.get("steps.logits"), i);
                session.commit(new int[] {TokenTree.ROOT});
            }

            // The tree hangs on the last step, which is its root here.
            session.truncate(session.length() - 1);
            TokenTree tree = new TokenTree(steps[steps.length - 1]);
            int[] tokens = integers(expected.get("tree.tokens"));
            int[] parents = integers(expected.get("tree.parents"));
            for (int i = 0; i < tokens.length; i++) {
                tree.add(parents[i] + 1, tokens[i], 1, "tree");
            }
            assertRows(score(decoder, session, tree), 1, expected.get("tree.logits"));
        }
    }

    private static Target.Scores score(LlamaDecoder decoder, Target.Session session, TokenTree tree) {
        return decoder.score(List.of(new Target.Step(session, tree))).get(0);
    }

    private static void assertRows(Target.Scores scores, int firstNode, Tensor expected) {
        for (int row = 0; row < expected.shape()[0]; row++) {
            assertRow(scores.logits(firstNode + row), expected, row);
        }
    }

    private static void assertRow(float[] logits, Tensor expected, int row) {
        float[] values = new float[VOCABULARY];
        expected.read((long) row * VOCABULARY, values, 0, VOCABULARY);
        for (int i = 0; i < VOCABULARY; i++) {
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
