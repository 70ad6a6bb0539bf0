package io.triptych.speculation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProbingGateTest {
    @Test
    void triesEverMoreRarelyWhatNeverPays() {
        ProbingGate gate = new ProbingGate(3);
        assertThat(opened(gate, 1000, -1)).isBetween(15, 30);
        assertThat(opened(gate, 1000, -1)).isBetween(10, 20);
    }

    @Test
    void opensForGoodWhenItPays() {
        ProbingGate gate = new ProbingGate(3);
        opened(gate, 200, -1);
        assertThat(opened(gate, 200, 1)).isGreaterThan(130);
        assertThat(opened(gate, 100, 1)).isEqualTo(100);
    }

    @Test
    void bearsLossesThatGainsMakeUpFor() {
        ProbingGate gate = new ProbingGate(3);
        for (int i = 0; i < 100; i++) {
            assertThat(gate.open()).isTrue();
            gate.record(i % 3 == 2 ? 2.5 : -1);
        }
    }

    private static int opened(ProbingGate gate, int occasions, double net) {
        int opened = 0;
        for (int i = 0; i < occasions; i++) {
            if (gate.open()) {
                opened++;
                gate.record(net);
            }
        }
        return opened;
    }
}
