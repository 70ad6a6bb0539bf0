package io.triptych.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FastestWayTest {
    private final Random random = new Random(1);
    private final FastestWay ways = new FastestWay(3);

    /** Does things of a size again and again, each way taking so long with some noise; tells how often each was taken. */
    private int[] run(int times, double size, int open, double... seconds) {
        int[] taken = new int[seconds.length];
        for (int i = 0; i < times; i++) {
            int way = ways.choose(size, open);
            taken[way]++;
            double disturbed = random.nextInt(10) == 0 ? 3 : 1;
            ways.took(way, size, open, seconds[way] * (0.9 + 0.2 * random.nextDouble()) * disturbed);
        }
        return taken;
    }

    @Test
    void takesTheFastestAndSeldomAnother() {
        int[] taken = run(2000, 40, 3, 2, 3, 1);
        assertThat(taken[2]).isGreaterThan(1900);
        assertThat(run(10000, 40, 3, 2, 3, 1)[2]).isGreaterThan(9800);
    }

    @Test
    void whatWasFastestWhileTheMachineWasBusyNeedNotStaySo() {
        run(40, 40, 3, 2, 9, 9);
        assertThat(run(300, 40, 3, 2, 3, 1)[2]).isGreaterThan(200);
        run(3000, 40, 3, 2, 3, 1);
        assertThat(run(3000, 40, 3, 1, 3, 2)[0]).isGreaterThan(1500);
    }

    @Test
    void sizesAreLearntApart() {
        for (int i = 0; i < 500; i++) {
            run(1, 5, 3, 1, 2, 2);
            run(1, 100, 3, 2, 2, 1);
        }
        assertThat(run(100, 5, 3, 1, 2, 2)[0]).isGreaterThan(90);
        assertThat(run(100, 100, 3, 2, 2, 1)[2]).isGreaterThan(90);
    }

    @Test
    void takesNoWayThatIsNotOpen() {
        run(100, 40, 3, 2, 3, 1);
        int[] taken = run(100, 40, 2, 2, 3, 1);
        assertThat(taken[2]).isZero();
        assertThat(taken[0]).isGreaterThan(75);
        assertThat(Arrays.stream(run(100, 40, 1, 2, 3, 1)).toArray()).containsExactly(100, 0, 0);
    }

    @Test
    void aWayThatIsOpenOnlyNowAndThenKeepsNothingFromTheFastest() {
        run(100, 40, 2, 3, 1);
        for (int i = 0; i < 40; i++) {
            run(1, 40, 3, 3, 1, 1.5);
            assertThat(run(20, 40, 2, 3, 1)[1]).isGreaterThan(10);
        }
    }
}
