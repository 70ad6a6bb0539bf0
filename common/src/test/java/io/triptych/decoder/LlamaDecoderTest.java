package io.triptych.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.triptych.speculation.Target;
import io.triptych.speculation.TokenTree;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LlamaDecoderTest {
    private final RandomWeights weights = new RandomWeights();

    /**
     * Biases, normalised heads, tied embeddings: after a prompt of two chunks and in a tree with two branches. Rounding
     * to 8 bits puts logits of a model this narrow off by about 3 in a hundred; a wrong key or weight by 100.
     */
    @ParameterizedTest
    @CsvSource({
        "FLOAT32, false, false, true, 1e-6",
        "FLOAT32, true, false, false, 1e-6",
        "FLOAT32, false, true, false, 1e-6",
        "INT8, false, false, true, 0.05",
        "INT8, true, false, false, 0.05",
        "INT8, false, true, false, 0.05"
    })
    void agreesWithTheReference(
            Precision precision, boolean bias, boolean queryKeyNorm, boolean tied, double tolerance) {
        LlamaConfig config = RandomWeights.config(bias, queryKeyNorm, tied);
        ReferenceDecoder reference = new ReferenceDecoder(config, weights);
        int[] prompt = new Random(1).ints(70, 0, config.vocabularySize()).toArray();
        try (LlamaDecoder decoder = LlamaDecoder.load(config, weights, precision, 128);
                Target.Session session = decoder.open()) {
            session.append(prompt);
            TokenTree tree = new TokenTree(7);
            int left = tree.add(TokenTree.ROOT, 8, 1, "test");
            int right = tree.add(TokenTree.ROOT, 9, 1, "test");
            int leaf = tree.add(right, 10, 1, "test");
            Target.Scores scores =
                    decoder.score(List.of(new Target.Step(session, tree))).get(0);
            assertClose(scores.logits(left), reference.logits(followed(prompt, 7, 8)), tolerance);
            assertClose(scores.logits(leaf), reference.logits(followed(prompt, 7, 9, 10)), tolerance);

            session.commit(new int[] {TokenTree.ROOT, right, leaf});
            assertThat(session.length()).isEqualTo(prompt.length + 3);
            scores = decoder.score(List.of(new Target.Step(session, new TokenTree(11))))
                    .get(0);
            assertClose(scores.logits(TokenTree.ROOT), reference.logits(followed(prompt, 7, 9, 10, 11)), tolerance);
        }
    }

    @Test
    void aPassOfNothingIsOver() {
        LlamaConfig config = RandomWeights.config(false, false, true);
        try (LlamaDecoder decoder = LlamaDecoder.load(config, weights, Precision.INT8, 16)) {
            for (int i = 0; i < 20; i++) { // more often than it takes to try every way
                assertThat(decoder.score(List.of())).isEmpty();
            }
        }
    }

    @Test
    void wrongUseIsRefusedBeforeAnythingRuns() {
        LlamaConfig config = RandomWeights.config(false, false, true);
        LlamaDecoder decoder = LlamaDecoder.load(config, weights, Precision.INT8, 16);
        Target.Session session = decoder.open();
        session.append(new int[15]);
        TokenTree tree = new TokenTree(1);
        Target.Scores scores =
                decoder.score(List.of(new Target.Step(session, tree))).get(0);
        assertThatThrownBy(() -> scores.logits(1)).isInstanceOf(IllegalArgumentException.class);

        assertThatThrownBy(() -> session.append(new int[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("capacity is 16");
        assertThatThrownBy(() -> session.commit(new int[] {1})).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> session.truncate(16)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> decoder.score(List.of(new Target.Step(session, new TokenTree(251)))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("token 251");
        tree.add(TokenTree.ROOT, 2, 1, "test");
        assertThatThrownBy(() -> decoder.score(List.of(new Target.Step(session, tree))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no room");
        session.truncate(3);
        assertThatThrownBy(() -> decoder.score(List.of(new Target.Step(session, tree, 1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be scored");
        assertThatThrownBy(() -> decoder.score(List.of(new Target.Step(session, tree), new Target.Step(session, tree))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("twice");

        decoder.score(List.of(new Target.Step(session, tree)));
        assertThatThrownBy(() -> scores.logits(0)).isInstanceOf(IllegalStateException.class);
        session.close();
        assertThatThrownBy(() -> session.append(new int[1])).isInstanceOf(IllegalStateException.class);
        decoder.close();
        assertThatThrownBy(decoder::open).isInstanceOf(IllegalStateException.class);
    }

    private static int[] followed(int[] prompt, int... more) {
        int[] all = Arrays.copyOf(prompt, prompt.length + more.length);
        System.arraycopy(more, 0, all, prompt.length, more.length);
        return all;
    }

    /** Tolerance relative to the largest logit. */
    private static void assertClose(float[] actual, double[] expected, double tolerance) {
        double scale = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual[i]).isCloseTo(expected[i], within(tolerance * scale));
        }
    }
}
