package io.triptych.speculation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PassCostTest {
    @Test
    void neverFallsAsRowsGrow() {
        PassCost cost = new PassCost(new double[] {1, 3, 2, 2, 5});
        assertThat(cost.seconds(1)).isEqualTo(1);
        assertThat(cost.seconds(2)).isCloseTo(7.0 / 3, within(1e-9));
        assertThat(cost.seconds(4)).isCloseTo(7.0 / 3, within(1e-9));
        assertThat(cost.seconds(5)).isEqualTo(5);
        assertThat(cost.seconds(10)).isEqualTo(10);
    }

    @Test
    void followsAChangeOfLoadThatOnlyPlainStepsSee() {
        PassCost cost = new PassCost(new double[] {1, 1.5, 2, 2.5});
        for (int pass = 0; pass < 300; pass++) {
            cost.observe(1, 2);
        }
        assertThat(cost.seconds(1)).isCloseTo(2, within(0.05));
        assertThat(cost.seconds(4)).isBetween(4.2, 5.2);
    }

    @Test
    void learnsWhatOneNumberOfRowsCostsBesideTheOthers() {
        PassCost cost = new PassCost(new double[] {1, 1, 1, 1});
        for (int pass = 0; pass < 30_000; pass++) {
            cost.observe(1, 1);
            cost.observe(4, 3);
        }
        assertThat(cost.seconds(1)).isCloseTo(1, within(0.2));
        assertThat(cost.seconds(4)).isCloseTo(3, within(0.3));
    }

    @Test
    void isNotMovedByOnePause() {
        PassCost cost = new PassCost(new double[] {1, 1.5});
        cost.observe(1, 1000);
        assertThat(cost.seconds(1)).isLessThan(1.03);
    }

    @Test
    void reckonsWithTheOthersOfAPass() {
        PassCost cost = new PassCost(new double[] {1, 1.5, 2, 2.5}, new PassCost.Shared(1, 0.5, 0.1));
        assertThat(cost.seconds(3)).isEqualTo(2);
        cost.beside(3, 6, 4);
        assertThat(cost.seconds(1)).isCloseTo(1 + 3 * 0.5 + 3 * 0.1, within(1e-9));
        assertThat(cost.seconds(5) - cost.seconds(1)).isCloseTo(4 * 0.1, within(1e-9));
        cost.observe(1, 100); // what one sequence costs is not learnt in company
        for (int pass = 0; pass < 300; pass++) {
            cost.observe(4, 7, 2 * (1 + 3 * 0.5 + 3 * 0.1));
        }
        assertThat(cost.seconds(5) - cost.seconds(1)).isCloseTo(2 * 4 * 0.1, within(0.02));
        cost.beside(0, 0, 0);
        assertThat(cost.seconds(1)).isEqualTo(1);
    }

    @Test
    void knowsWhatRowsCostThatLookBackFarther() {
        PassCost cost = new PassCost(new double[] {1, 1.5, 2}, 100, new double[] {0.001, 0.002, 0.003});
        cost.lookingBackAt(600);
        assertThat(cost.seconds(1)).isCloseTo(1.5, within(1e-9));
        assertThat(cost.seconds(3)).isCloseTo(3.5, within(1e-9));
        for (int pass = 0; pass < 300; pass++) {
            cost.observe(1, 3); // all takes twice as long
        }
        cost.lookingBackAt(100);
        assertThat(cost.seconds(1)).isCloseTo(2, within(0.05));
        cost.lookingBackAt(10);
        assertThat(cost.seconds(1)).isCloseTo(2, within(0.05));
    }

    @Test
    void refusesWhatNoPassCanCost() {
        assertThatThrownBy(() -> new PassCost(new double[] {1, 0})).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PassCost(new double[] {Double.NaN})).isInstanceOf(IllegalArgumentException.class);
    }
}
