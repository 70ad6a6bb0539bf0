package io.triptych.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.triptych.speculation.SpeculationStats;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    @Test
    void countsEqualOutputsByEveryToken() {
        Comparison comparison = new Comparison();
        comparison.add(generation(1, 2, 3), generation(1, 2, 3));
        comparison.add(generation(1, 2, 3), generation(1, 2, 4));
        comparison.add(generation(1, 2, 3), generation(1, 2));

        assertThat(comparison.pairs()).isEqualTo(3);
        assertThat(comparison.equal()).isEqualTo(1);
    }

    private static Generation generation(int... output) {
        return new Generation(output, new SpeculationStats(), 0);
    }
}
