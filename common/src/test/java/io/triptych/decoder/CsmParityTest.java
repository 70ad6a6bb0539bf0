package io.triptych.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.SafeTensors;
import io.triptych.checkpoint.Tensor;
import io.triptych.speculation.Target;
import io.triptych.speculation.TokenTree;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logits of every code of some frames, beside those of {@code transformers}; {@code training/fixtures} made them. */
class CsmParityTest {
    @ParameterizedTest
    @ValueSource(strings = {"csm", "csm-untied"})
    void float32AgreesWithTransformers(String name) throws Exception {
        Path directory = Path.of(getClass().getResource("/parity/" + name).toURI());
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(directory);
                SafeTensors file = SafeTensors.open(directory.resolve("expected.safetensors"))) {
            CsmConfig config = CsmConfig.from(checkpoint);
            Map<String, Tensor> expected = file.tensors();
            int[] text = integers(expected.get("text"));
            int[] codes = integers(expected.get("frames"));
            int[] tokens = Arrays.copyOf(text, text.length + codes.length);
            Arrays.setAll(tokens, i -> i < text.length ? config.inputToken(text[i]) : codes[i - text.length]);
            try (CsmDecoder decoder = CsmDecoder.load(config, config.weights(checkpoint), Precision.FLOAT32, 64);
                    Target.Session session = decoder.open()) {
                session.append(Arrays.copyOf(tokens, text.length - 1));
                int compared = 0;
                while (compared < codes.length) {
                    // Frames in single steps, in groups of 2, 3 and 4, and as a whole, in turn.
                    int group = compared / config.codebooks() % 5;
                    int root = text.length - 1 + compared;
                    int draftable = config.codebooks() - 1 - compared % config.codebooks();
                    TokenTree chain = new TokenTree(tokens[root]);
                    for (int i = 0; i < Math.min(group, draftable); i++) {
                        chain.add(i, tokens[root + 1 + i], 1, "test");
                    }
                    Target.Scores scores = decoder.score(List.of(new Target.Step(session, chain)))
                            .get(0);
                    int[] path = new int[chain.size()];
                    for (int node = 0; node < path.length; node++) {
                        path[node] = node;
                        int frame = compared / config.codebooks();
                        int codebook = compared % config.codebooks();
                        boolean first = codebook == 0;
                        assertRow(
                                scores.logits(node),
                                expected.get(first ? "backbone.logits" : "depth.logits"),
                                first ? frame : frame * (config.codebooks() - 1) + codebook - 1);
                        compared++;
                    }
                    session.commit(path);
                }
                assertThat(session.length()).isEqualTo(tokens.length - 1);
            }
            checkpoint.requireEveryTensorUsed(List.of(CsmConfig.CODEC_PART));
        }
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
        Arrays.setAll(integers, i -> (int) values[i]);
        return integers;
    }
}
