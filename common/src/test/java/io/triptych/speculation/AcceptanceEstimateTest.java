package io.triptych.speculation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class AcceptanceEstimateTest {
    @Test
    void believesTheDrafterBeforeAnythingIsKnown() {
        AcceptanceEstimate estimate = new AcceptanceEstimate(2);
        assertThat(estimate.probability(0, 0.5)).isCloseTo(0.5, within(1e-9));
        assertThat(estimate.probability(1, 0.9)).isCloseTo(0.9, within(0.01));
        assertThat(estimate.probability(0, 0)).isBetween(0.0, 0.01);
        assertThat(estimate.probability(0, 1)).isBetween(0.99, 1.0);
    }

    @Test
    void learnsHowFarADrafterIsToBeBelieved() {
        AcceptanceEstimate estimate = new AcceptanceEstimate(2);
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            double raw = random.nextDouble();
            estimate.observe(0, raw, random.nextDouble() < raw * raw);
        }
        for (double raw : new double[] {0.1, 0.3, 0.5, 0.7, 0.9}) {
            assertThat(estimate.probability(0, raw)).isCloseTo(raw * raw, within(0.06));
        }
        assertThat(estimate.probability(1, 0.5)).as("the other kind").isCloseTo(0.5, within(1e-9));
    }

    @Test
    void aRequestBeginsWithWhatAllKnowAndLearnsFasterAlone() {
        AcceptanceEstimate shared = new AcceptanceEstimate(1);
        for (int i = 0; i < 2000; i++) {
            shared.observe(0, 0.5, true);
        }
        AcceptanceEstimate request = shared.forRequest();
        assertThat(request.probability(0, 0.5)).isGreaterThan(0.95);
        for (int i = 0; i < 30; i++) {
            request.observe(0, 0.5, false);
        }
        assertThat(request.probability(0, 0.5)).isLessThan(0.4);
        assertThat(shared.probability(0, 0.5)).isGreaterThan(0.95);
    }
}
