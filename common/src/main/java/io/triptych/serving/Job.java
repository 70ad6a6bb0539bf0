package io.triptych.serving;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** Work that waits for its turn on the native thread, runs, or is done. Safe from any thread. */
public final class Job<T> implements Cancellation {
    /** What a job does once the native thread has reached it. */
    interface Body<T> {
        T run(Cancellation cancellation) throws Exception;
    }

    private final Body<T> body;
    private final Runnable leaveQueue;
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final List<Runnable> cancelActions = new ArrayList<>();
    private boolean cancelled;

    /** @param leaveQueue frees the job's place, if it has not started */
    Job(Body<T> body, Consumer<Job<T>> leaveQueue) {
        this.body = body;
        this.leaveQueue = () -> leaveQueue.accept(this);
    }

    /** Runs the job on the calling thread, unless it was cancelled. Never throws. */
    void run() {
        if (cancelled()) {
            return;
        }
        try {
            result.complete(body.run(this));
        } catch (Throwable e) {
            result.completeExceptionally(e);
        }
    }

    void fail(Throwable cause) {
        result.completeExceptionally(cause);
    }

    /**
     * Gives the job up: it leaves the queue, or its work is told to stop, which takes it a pass at most. Waiting
     * threads get a {@link CancellationException} at once.
     */
    public void cancel() {
        List<Runnable> actions;
        synchronized (this) {
            if (cancelled || result.isDone()) {
                return;
            }
            cancelled = true;
            actions = List.copyOf(cancelActions);
        }
        leaveQueue.run();
        // Before the work is told, lest it end first and pass off what it has as the result.
        result.cancel(false);
        actions.forEach(Runnable::run);
    }

    @Override
    public synchronized boolean cancelled() {
        return cancelled;
    }

    @Override
    public void onCancel(Runnable action) {
        synchronized (this) {
            if (!cancelled) {
                cancelActions.add(action);
                return;
            }
        }
        action.run();
    }

    /** Whether the job has a result, has failed or was cancelled. */
    public boolean isDone() {
        return result.isDone();
    }

    /** Runs an action once the job is done, at once if it is already. */
    public void whenDone(Runnable action) {
        result.whenComplete((value, error) -> action.run());
    }

    /** Waits a while; returns whether the job is done. */
    public boolean waitFor(Duration limit) throws InterruptedException {
        try {
            result.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException | CancellationException e) {
            return true;
        }
        return true;
    }

    /**
     * Waits for the result.
     *
     * @throws CancellationException if the job was cancelled
     * @throws RuntimeException what the work threw; a checked exception comes as the cause of one
     */
    public T await() throws InterruptedException {
        try {
            return result.get();
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
