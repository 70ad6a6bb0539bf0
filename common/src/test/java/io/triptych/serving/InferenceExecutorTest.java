package io.triptych.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.triptych.serving.ToyModel.Asked;
import io.triptych.speculation.SpeculationStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class InferenceExecutorTest {
    private static final Duration GRACE = Duration.ofMillis(50);
    private static final int LONG = 400;

    private final List<List<SpeculationStats>> accounts = Collections.synchronizedList(new ArrayList<>());
    private ToyModel model;
    private InferenceExecutor<Asked, Integer> executor;

    @AfterEach
    void close() {
        if (model != null) {
            model.permits.release(100_000);
        }
        executor.close();
    }

    private void start(int queue, int room) throws InterruptedException {
        start(queue, room, GRACE);
    }

    private void start(int queue, int room, Duration grace) throws InterruptedException {
        executor = new InferenceExecutor<>("test", queue, room, grace, () -> model = new ToyModel());
        executor.awaitLoaded();
    }

    /** Lets no pass begin any more, but those that are allowed one by one. */
    private void hold() {
        model.permits.drainPermits();
    }

    private Job submit(Asked asked) {
        return submit(asked, new ArrayList<>());
    }

    private Job submit(Asked asked, List<Integer> output) {
        return executor.submit(asked, output::add, accounts::add);
    }

    /** What a request yields with nobody beside it. */
    private static List<Integer> alone(Asked asked) {
        List<Integer> output = new ArrayList<>();
        new ToyModel().generate(asked, output::add);
        return output;
    }

    private void awaitRunning(int requests) {
        await().until(() -> executor.running() == requests);
    }

    @Test
    void loadsAnswersAndClosesOnOneThread() throws Exception {
        start(2, 4);
        for (int i = 0; i < 3; i++) {
            submit(Asked.of(5, i)).await();
        }
        assertThat(executor.awaitLoaded().details()).containsEntry("model", "toy");
        assertThat(executor.loaded()).isPresent();
        executor.close();
        assertThat(model.closed).isTrue();
        assertThat(model.threads).containsOnly("test").hasSize(6);
        assertThat(accounts)
                .hasSize(3)
                .allSatisfy(stats -> assertThat(stats.get(0).tokens()).isEqualTo(5));
    }

    @Test
    void whatARequestYieldsDoesNotDependOnItsCompany() throws Exception {
        start(64, 16);
        hold();
        Random random = new Random(5);
        List<Asked> asked = new ArrayList<>();
        List<List<Integer>> outputs = new ArrayList<>();
        List<Job> jobs = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            int length = random.nextInt(4) == 0 ? 300 + random.nextInt(600) : 1 + random.nextInt(20);
            int[] prompt = random.ints(length, 0, 16).toArray();
            asked.add(new Asked(prompt, 1 + random.nextInt(60), 1, i, () -> {}));
            outputs.add(new ArrayList<>());
            jobs.add(submit(asked.get(i), outputs.get(i)));
            model.permits.release(random.nextInt(6));
            if (random.nextInt(5) == 0) {
                jobs.get(random.nextInt(jobs.size())).cancel();
            }
        }
        model.permits.release(100_000);
        int whole = 0;
        for (int i = 0; i < jobs.size(); i++) {
            List<Integer> alone = alone(asked.get(i));
            try {
                jobs.get(i).await();
                assertThat(outputs.get(i)).isEqualTo(alone);
                whole++;
            } catch (CancellationException e) {
                await().until(() -> executor.running() == 0);
                assertThat(outputs.get(i))
                        .isEqualTo(alone.subList(0, outputs.get(i).size()));
            }
        }
        assertThat(whole).isGreaterThan(40);
        assertThat(model.target.mostSteps()).as("sequences in the fullest pass").isGreaterThan(3);
        assertThat(model.target.openSessions()).isZero();
    }

    @Test
    void aShortRequestIsToldItsFirstTokenInTheSecondPassThatItJoins() throws Exception {
        start(8, 8);
        hold();
        for (int i = 0; i < 4; i++) {
            submit(Asked.of(LONG, i));
        }
        model.permits.release(3);
        await().until(() -> model.passes == 3);
        awaitRunning(4);
        List<Integer> output = Collections.synchronizedList(new ArrayList<>());
        int before = model.passes;
        submit(Asked.of(3, 9), output);
        await().until(() -> {
            model.permits.release(1);
            return !output.isEmpty();
        });
        // One pass was under way when it came, two are its own, and one more the test may have let through.
        assertThat(model.passes - before).isLessThanOrEqualTo(4);
    }

    @Test
    void aLongPromptIsCachedInPartsBetweenThePasses() throws Exception {
        start(8, 8);
        hold();
        submit(Asked.of(LONG, 1));
        awaitRunning(1);
        List<Integer> output = Collections.synchronizedList(new ArrayList<>());
        Asked asked = new Asked(new Random(1).ints(1000, 0, 16).toArray(), 4, 1, 1, () -> {});
        Job job = submit(asked, output);
        int before = model.passes;
        model.permits.release(4);
        await().until(() -> model.passes == before + 4);
        assertThat(output).isEmpty();
        model.permits.release(100_000);
        job.await();
        assertThat(output).isEqualTo(alone(asked));
    }

    @Test
    void requestsWaitForRoomInTheOrderOfTheirArrival() throws Exception {
        start(8, 3);
        hold();
        Job two = submit(new Asked(new int[] {1, 2}, LONG, 2, 1, () -> {}));
        awaitRunning(1);
        Job both = submit(new Asked(new int[] {1, 2}, 5, 2, 1, () -> {}));
        Job one = submit(Asked.of(5, 1));
        model.permits.release(20);
        await().until(() -> model.permits.availablePermits() == 0);
        assertThat(executor.queueDepth()).isEqualTo(2);
        two.cancel();
        model.permits.release(100_000);
        both.await();
        one.await();
        // A request that is larger than all the room runs alone.
        submit(new Asked(new int[] {1, 2}, 5, 9, 1, () -> {})).await();
        assertThat(model.target.mostSteps()).isEqualTo(9);
    }

    @Test
    void refusesWhatFindsNoPlace() throws Exception {
        start(2, 1);
        hold();
        Job running = submit(Asked.of(3, 1));
        awaitRunning(1);
        Job first = submit(Asked.of(3, 2));
        submit(Asked.of(3, 3));
        assertThat(executor.queueDepth()).isEqualTo(2);
        assertThatThrownBy(() -> submit(Asked.of(3, 4)))
                .isInstanceOfSatisfying(QueueFullException.class, e -> assertThat(e.retryAfterSeconds())
                        .isPositive())
                .hasMessageContaining("2 places");

        first.cancel();
        assertThat(executor.queueDepth()).isEqualTo(1);
        Job third = submit(Asked.of(3, 4));
        model.permits.release(100_000);
        running.await();
        third.await();
        assertThatThrownBy(first::await).isInstanceOf(CancellationException.class);
        // What never ran has cost nothing.
        assertThat(accounts).hasSize(3);
    }

    @Test
    void aRunningRequestThatIsCancelledLeavesWithinAPass() throws Exception {
        start(2, 4);
        hold();
        List<Integer> output = new ArrayList<>();
        Job stays = submit(Asked.of(30, 2), output);
        awaitRunning(1);
        Job leaves = submit(Asked.of(LONG, 1));
        model.permits.release(2);
        awaitRunning(2);
        assertThat(leaves.waitFor(Duration.ofMillis(1))).isFalse();
        leaves.cancel();
        assertThat(leaves.isDone()).isTrue();
        int before = model.passes;
        model.permits.release(1);
        await().until(() -> model.passes == before + 1);
        awaitRunning(1);
        assertThat(model.sessions).isEqualTo(1);
        model.permits.release(100_000);
        stays.await();
        assertThat(output).isEqualTo(alone(Asked.of(30, 2)));
        // Who asks late is told at once.
        AtomicInteger told = new AtomicInteger();
        leaves.whenDone(told::incrementAndGet);
        assertThat(told).hasValue(1);
    }

    @Test
    void aRequestThatFailsLeavesTheOthersAlone() throws Exception {
        start(8, 8);
        hold();
        List<Integer> output = new ArrayList<>();
        Job well = submit(Asked.of(60, 2), output);
        awaitRunning(1);
        Job tooLong = submit(Asked.of(ToyModel.CAPACITY + 1, 1));
        AtomicInteger tokens = new AtomicInteger();
        Job broken = submit(new Asked(new int[] {1, 2, 3}, 50, 1, 1, () -> {
            if (tokens.incrementAndGet() == 7) {
                throw new OutOfMemoryError("no more");
            }
        }));
        model.permits.release(100_000);
        assertThatThrownBy(tooLong::await)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("too long");
        assertThatThrownBy(broken::await).isInstanceOf(OutOfMemoryError.class).hasMessage("no more");
        well.await();
        assertThat(output).isEqualTo(alone(Asked.of(60, 2)));
        assertThat(model.target.openSessions()).isZero();
        assertThat(accounts).hasSize(2);
    }

    @Test
    void anAccountThatFailsLeavesTheOthersAlone() throws Exception {
        start(8, 8);
        Job broken = executor.submit(Asked.of(5, 1), token -> {}, stats -> {
            throw new IllegalStateException("no books");
        });
        assertThatThrownBy(broken::await).hasMessage("no books");
        submit(Asked.of(5, 2)).await();
        assertThat(model.target.openSessions()).isZero();
    }

    @Test
    void aPassThatFailsFailsItsOwnRequestAlone() throws Exception {
        start(8, 8);
        hold();
        List<Asked> asked = List.of(Asked.of(40, 2), Asked.of(40, 3), Asked.of(40, 4));
        List<List<Integer>> outputs = new ArrayList<>();
        List<Job> jobs = new ArrayList<>();
        for (Asked one : asked) {
            outputs.add(new ArrayList<>());
            jobs.add(submit(one, outputs.get(outputs.size() - 1)));
        }
        Job guilty = submit(new Asked(new int[] {13, 1, 2}, 40, 1, 1, () -> {}));
        model.permits.release(3);
        await().until(() -> model.passes == 3 && executor.running() == 4);
        model.broken = 4;
        model.permits.release(100_000);
        assertThatThrownBy(guilty::await).hasMessage("the pass failed");
        for (int i = 0; i < asked.size(); i++) {
            jobs.get(i).await();
            assertThat(outputs.get(i)).isEqualTo(alone(asked.get(i)));
        }
        assertThat(model.target.openSessions()).isZero();
    }

    @Test
    void aModelThatDoesNotLoadRefusesEverything() {
        CountDownLatch gate = new CountDownLatch(1);
        executor = new InferenceExecutor<>("broken", 2, 1, GRACE, () -> {
            gate.await();
            throw new IllegalStateException("no such file");
        });
        Job early = submit(Asked.of(3, 1));
        assertThat(executor.loaded()).isEmpty();
        gate.countDown();
        assertThatThrownBy(early::await)
                .isInstanceOf(ModelUnavailableException.class)
                .hasMessageContaining("no such file");
        assertThatThrownBy(executor::awaitLoaded).hasMessageContaining("no such file");
        assertThatThrownBy(() -> submit(Asked.of(3, 1))).isInstanceOf(ModelUnavailableException.class);
    }

    @Test
    void aThreadThatFailsSaysSo() throws Exception {
        start(8, 8);
        hold();
        Job running = submit(Asked.of(40, 2));
        awaitRunning(1);
        submit(null); // of which the model cannot even tell how many sequences it has
        model.permits.release(100_000);
        assertThatThrownBy(running::await)
                .isInstanceOf(ModelUnavailableException.class)
                .hasMessageContaining("the model has failed");
        assertThat(executor.loaded()).isEmpty();
        assertThatThrownBy(() -> submit(Asked.of(3, 1))).hasMessageContaining("the model has failed");
    }

    @Test
    void closingLetsAcceptedRequestsFinish() throws Exception {
        start(2, 1, Duration.ofSeconds(20));
        hold();
        submit(Asked.of(3, 1));
        awaitRunning(1);
        Job queued = submit(Asked.of(3, 2));
        Thread closing = new Thread(executor::close);
        closing.start();
        while (true) {
            try {
                submit(Asked.of(3, 3)).cancel();
            } catch (ModelUnavailableException e) {
                break;
            }
        }
        model.permits.release(100_000);
        closing.join();
        queued.await();
        assertThat(model.closed).isTrue();
    }

    @Test
    void closingCancelsWhatDoesNotFinishInTime() throws Exception {
        start(2, 1);
        Asked asked = new Asked(new int[] {1, 2}, LONG, 1, 1, () -> {
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        Job endless = submit(asked);
        awaitRunning(1);
        Job queued = submit(Asked.of(3, 1));
        executor.close();
        assertThatThrownBy(endless::await).isInstanceOf(CancellationException.class);
        assertThatThrownBy(queued::await).isInstanceOf(CancellationException.class);
        assertThat(model.closed).isTrue();
    }
}
