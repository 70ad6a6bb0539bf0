package io.triptych.serving;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A request that waits for its turn on the native thread, runs, or is done. Safe from any thread. */
public final class Job {
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    Job() {}

    void complete() {
        done.complete(null);
    }

    void fail(Throwable cause) {
        done.completeExceptionally(cause);
    }

    /**
     * Gives the job up: it leaves the queue, or its sequences leave before the next pass. Waiting threads get a
     * {@link CancellationException} at once. Nothing happens if it is done.
     */
    public void cancel() {
        done.cancel(false);
    }

    /** Whether the job has ended, has failed or was cancelled. */
    public boolean isDone() {
        return done.isDone();
    }

    /** Runs an action once the job is done, at once if it is already. */
    public void whenDone(Runnable action) {
        done.whenComplete((nothing, error) -> action.run());
    }

    /** Waits a while; returns whether the job is done. */
    public boolean waitFor(Duration limit) throws InterruptedException {
        try {
            done.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException | CancellationException e) {
            return true;
        }
        return true;
    }

    /**
     * Waits until the job has ended.
     *
     * @throws CancellationException if the job was cancelled
     * @throws RuntimeException what the work threw
     */
    public void await() throws InterruptedException {
        try {
            done.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
