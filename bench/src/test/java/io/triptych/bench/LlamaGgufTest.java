package io.triptych.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LlamaGgufTest {
    @Test
    void tokensGoThroughTextUnchanged() {
        int[] tokens = {0, 1, 8191, 15_999, 3};

        assertThat(LlamaGguf.tokens(LlamaGguf.text(tokens))).isEqualTo(tokens);
        assertThat(LlamaGguf.text(tokens)).hasSize(tokens.length);
    }

    /** Two heads of four rows: rows (half 0, half 1) of a head alternate. */
    @Test
    void rotaryRowsBecomeNeighbours() {
        float[] rows = {0, 1, 2, 3, 10, 11, 12, 13};

        assertThat(LlamaGguf.interleaved(rows, 8, 1, 4)).containsExactly(0, 2, 1, 3, 10, 12, 11, 13);
    }
}
