package io.triptych.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

class SpeculationHealthTest {
    @Test
    void isUpOnlyAfterASelfCheckThatPassed() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        try (InferenceExecutor<ToyModel.Asked, Integer> executor = executor(gate, true)) {
            assertThat(health(executor, true).getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
            gate.countDown();
            executor.awaitLoaded();
            Health health = health(executor, true);
            assertThat(health.getStatus()).isEqualTo(Status.UP);
            assertThat(health.getDetails())
                    .containsEntry("model", "toy")
                    .containsEntry("threads", 2)
                    .containsEntry("waitPolicy", "passive")
                    .containsEntry("selfCheck", "checked");
        }
    }

    @Test
    void isDownIfTheSelfCheckFailed() throws Exception {
        try (InferenceExecutor<ToyModel.Asked, Integer> executor = executor(new CountDownLatch(0), false)) {
            executor.awaitLoaded();
            assertThat(health(executor, true).getStatus()).isEqualTo(Status.DOWN);
        }
    }

    @Test
    void saysThatTheWaitPolicyIsNotInForce() throws Exception {
        try (InferenceExecutor<ToyModel.Asked, Integer> executor = executor(new CountDownLatch(0), true)) {
            executor.awaitLoaded();
            assertThat(health(executor, false).getDetails().get("waitPolicy"))
                    .asString()
                    .contains("OMP_WAIT_POLICY=PASSIVE");
        }
    }

    private static Health health(InferenceExecutor<?, ?> executor, boolean policy) {
        return new SpeculationHealth(executor, new NativeThreads(2, policy)).health();
    }

    private static InferenceExecutor<ToyModel.Asked, Integer> executor(CountDownLatch gate, boolean passed) {
        return new InferenceExecutor<>("health", 1, 1, Duration.ofSeconds(1), () -> {
            gate.await();
            return new ToyModel(new GenerativeModel.SelfCheck(passed, "checked"));
        });
    }
}
