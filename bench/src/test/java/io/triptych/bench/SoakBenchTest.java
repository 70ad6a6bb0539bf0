package io.triptych.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SoakBenchTest {
    @Test
    void reckonsGrowthFromAFifthOfTheRequests() {
        double[] byTenths = {70, 50, 40, 40, 40, 40, 40, 40, 90, 55};

        assertThat(SoakBench.growthSinceAFifth(byTenths)).isEqualTo("10.0%");
    }
}
