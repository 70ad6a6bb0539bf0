package io.triptych.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class InferenceExecutorTest {
    private static final Duration GRACE = Duration.ofMillis(50);

    private final CountDownLatch gate = new CountDownLatch(1);
    private final CountDownLatch started = new CountDownLatch(1);
    private InferenceExecutor<Model> executor = new InferenceExecutor<>("test", 2, GRACE, Model::new);

    @AfterEach
    void close() {
        gate.countDown();
        executor.close();
    }

    @Test
    void loadsRunsAndClosesOnOneThread() throws Exception {
        Model model = executor.submit((m, cancellation) -> m.touched()).await();
        for (int i = 0; i < 3; i++) {
            executor.submit((m, cancellation) -> m.touched()).await();
        }
        assertThat(executor.awaitLoaded().details()).containsEntry("model", "toy");
        assertThat(executor.loaded()).isPresent();
        executor.close();
        assertThat(model.closed).isTrue();
        assertThat(model.threads).containsOnly("test").hasSize(7);
    }

    @Test
    void refusesWhatFindsNoPlace() throws Exception {
        Job<String> running = submitHeldJob();
        Job<String> first = executor.submit((m, cancellation) -> "first");
        executor.submit((m, cancellation) -> "second");
        assertThat(executor.queueDepth()).isEqualTo(2);
        assertThatThrownBy(() -> executor.submit((m, cancellation) -> "third"))
                .isInstanceOfSatisfying(QueueFullException.class, e -> assertThat(e.retryAfterSeconds())
                        .isPositive())
                .hasMessageContaining("2 places");

        first.cancel();
        assertThat(executor.queueDepth()).isEqualTo(1);
        Job<String> third = executor.submit((m, cancellation) -> "third");
        gate.countDown();
        assertThat(running.await()).isEqualTo("done");
        assertThat(third.await()).isEqualTo("third");
        assertThatThrownBy(first::await).isInstanceOf(CancellationException.class);
    }

    @Test
    void aQueuedJobThatIsCancelledNeverRuns() throws Exception {
        submitHeldJob();
        AtomicBoolean ran = new AtomicBoolean();
        Job<Void> job = executor.submit((m, cancellation) -> {
            ran.set(true);
            return null;
        });
        job.cancel();
        gate.countDown();
        executor.submit((m, cancellation) -> null).await();
        assertThat(ran).isFalse();
    }

    @Test
    void aRunningJobIsTold() throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        Job<String> job = executor.submit((m, cancellation) -> {
            cancellation.onCancel(told::countDown);
            started.countDown();
            told.await();
            return cancellation.cancelled() ? "cancelled" : "not told";
        });
        started.await();
        assertThat(job.waitFor(Duration.ofMillis(1))).isFalse();
        job.cancel();
        assertThat(job.isDone()).isTrue();
        // The thread is free again, so the work has ended.
        assertThat(executor.submit((m, cancellation) -> "next").await()).isEqualTo("next");
        // Who asks late is told at once.
        AtomicBoolean late = new AtomicBoolean();
        job.onCancel(() -> late.set(true));
        assertThat(late).isTrue();
    }

    @Test
    void aJobThatFailsLeavesTheNextAlone() throws Exception {
        assertThatThrownBy(() -> executor.submit((m, cancellation) -> {
                            throw new IllegalArgumentException("bad");
                        })
                        .await())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("bad");
        assertThatThrownBy(() -> executor.submit((m, cancellation) -> {
                            throw new OutOfMemoryError("no more");
                        })
                        .await())
                .isInstanceOf(OutOfMemoryError.class);
        assertThat(executor.submit((m, cancellation) -> "next").await()).isEqualTo("next");
    }

    @Test
    void aModelThatDoesNotLoadRefusesEverything() {
        InferenceExecutor<Model> broken = new InferenceExecutor<>("broken", 2, GRACE, () -> {
            gate.await();
            throw new IllegalStateException("no such file");
        });
        Job<String> early = broken.submit((m, cancellation) -> "never");
        assertThat(broken.loaded()).isEmpty();
        gate.countDown();
        assertThatThrownBy(early::await)
                .isInstanceOf(ModelUnavailableException.class)
                .hasMessageContaining("no such file");
        assertThatThrownBy(broken::awaitLoaded).hasMessageContaining("no such file");
        assertThat(broken.loaded()).isEmpty();
        assertThatThrownBy(() -> broken.submit((m, cancellation) -> "never"))
                .isInstanceOf(ModelUnavailableException.class);
        broken.close();
    }

    @Test
    void closingLetsAcceptedJobsFinish() throws Exception {
        executor = new InferenceExecutor<>("patient", 2, Duration.ofSeconds(20), Model::new);
        submitHeldJob();
        Job<String> queued = executor.submit((m, cancellation) -> "queued");
        Thread closing = new Thread(executor::close);
        closing.start();
        while (true) {
            try {
                executor.submit((m, cancellation) -> "late").cancel();
            } catch (ModelUnavailableException e) {
                break;
            }
        }
        gate.countDown();
        closing.join();
        assertThat(queued.await()).isEqualTo("queued");
    }

    @Test
    void closingCancelsWhatDoesNotFinishInTime() throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        Job<String> endless = executor.submit((m, cancellation) -> {
            cancellation.onCancel(told::countDown);
            started.countDown();
            told.await();
            return "";
        });
        started.await();
        Job<String> queued = executor.submit((m, cancellation) -> "queued");
        executor.close();
        assertThatThrownBy(endless::await).isInstanceOf(CancellationException.class);
        assertThatThrownBy(queued::await).isInstanceOf(CancellationException.class);
    }

    private Job<String> submitHeldJob() throws InterruptedException {
        Job<String> job = executor.submit((m, cancellation) -> {
            started.countDown();
            gate.await();
            return "done";
        });
        started.await();
        return job;
    }

    /** Notes which threads touch it. */
    private static final class Model implements ServedModel {
        private final List<String> threads = Collections.synchronizedList(new ArrayList<>());
        private volatile boolean closed;

        Model() {
            touched();
        }

        private Model touched() {
            threads.add(Thread.currentThread().getName());
            return this;
        }

        @Override
        public Map<String, Object> details() {
            touched();
            return Map.of("model", "toy");
        }

        @Override
        public SelfCheck selfCheck() {
            return new SelfCheck(true, "fine");
        }

        @Override
        public void close() {
            touched();
            closed = true;
        }
    }
}
