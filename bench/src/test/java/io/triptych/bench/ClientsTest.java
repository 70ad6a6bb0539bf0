package io.triptych.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ClientsTest {
    @Test
    void runTogetherAndAreWaitedFor() throws InterruptedException {
        CyclicBarrier all = new CyclicBarrier(4);
        Set<Integer> numbers = new ConcurrentSkipListSet<>();
        Clients.run(4, number -> {
            try {
                all.await(10, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            numbers.add(number);
        });

        assertThat(numbers).containsExactly(0, 1, 2, 3);
    }

    @Test
    void failWithAnyOfThem() {
        IllegalArgumentException reason = new IllegalArgumentException("no");

        assertThatIllegalStateException()
                .isThrownBy(() -> Clients.run(3, number -> {
                    if (number == 1) {
                        throw reason;
                    }
                }))
                .withCause(reason);
    }
}
