package io.triptych.serving;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The one thread that touches the engine, behind a bounded queue. The thread loads the model, checks it, runs one job
 * after the other and closes the model: engines keep per-thread state, and one pass uses all cores anyway. HTTP threads
 * only submit and wait. Jobs may be submitted while the model still loads.
 *
 * @param <M> the model, which no other thread ever sees
 */
public final class InferenceExecutor<M extends ServedModel> implements AutoCloseable {
    /** What a job does with the model. */
    public interface Work<M, T> {
        T run(M model, Cancellation cancellation) throws Exception;
    }

    /** What the model says about itself once it is loaded and checked. */
    public record Loaded(Map<String, Object> details, ServedModel.SelfCheck selfCheck) {}

    private static final double NEW_JOB_WEIGHT = 0.2;

    private final int capacity;
    private final Duration grace;
    private final Callable<M> loader;
    private final BlockingQueue<Job<?>> queue = new LinkedBlockingQueue<>();
    private final Job<Void> stop = new Job<>(cancellation -> null, job -> {});
    private final CompletableFuture<Loaded> loaded = new CompletableFuture<>();
    private final Thread thread;
    private M model;
    private boolean closed;
    private volatile Job<?> running;
    private volatile double meanJobSeconds = 1;

    /**
     * Starts the thread, which begins to load the model.
     *
     * @param name of the thread
     * @param capacity jobs that may wait, the running one not counted; at least 1
     * @param grace how long {@link #close} lets accepted jobs run on
     * @param loader makes the model, on the thread that will use it
     */
    public InferenceExecutor(String name, int capacity, Duration grace, Callable<M> loader) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a queue needs at least one place, not " + capacity);
        }
        this.capacity = capacity;
        this.grace = grace;
        this.loader = loader;
        this.thread = new Thread(this::serve, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void serve() {
        try (M ready = loader.call()) {
            model = ready;
            loaded.complete(new Loaded(ready.details(), ready.selfCheck()));
            for (Job<?> job = queue.take(); job != stop; job = queue.take()) {
                run(job);
            }
        } catch (Throwable e) {
            loaded.completeExceptionally(e);
            refuseAll(e);
        }
    }

    private void run(Job<?> job) {
        long begin = System.nanoTime();
        running = job;
        job.run();
        running = null;
        double seconds = (System.nanoTime() - begin) / 1e9;
        meanJobSeconds += NEW_JOB_WEIGHT * (seconds - meanJobSeconds);
    }

    private synchronized void refuseAll(Throwable cause) {
        closed = true;
        for (Job<?> job : drain()) {
            job.fail(new ModelUnavailableException(cause));
        }
    }

    /**
     * Queues work.
     *
     * @throws QueueFullException if no place is free
     * @throws ModelUnavailableException if the model could not be loaded or the executor is closed
     */
    public synchronized <T> Job<T> submit(Work<M, T> work) {
        if (closed) {
            throw new ModelUnavailableException(null);
        }
        if (queue.size() >= capacity) {
            throw new QueueFullException(capacity, retryAfterSeconds());
        }
        Job<T> job = new Job<>(cancellation -> work.run(model, cancellation), queue::remove);
        queue.add(job);
        return job;
    }

    private int retryAfterSeconds() {
        return (int) Math.max(1, Math.min(60, Math.ceil(meanJobSeconds)));
    }

    /** Jobs that wait for their turn. */
    public int queueDepth() {
        return queue.size();
    }

    /** The loaded and checked model's account of itself, or empty while it loads and after it failed to. */
    public Optional<Loaded> loaded() {
        return loaded.isDone() && !loaded.isCompletedExceptionally() ? Optional.of(loaded.join()) : Optional.empty();
    }

    /**
     * Waits until the model is loaded and checked.
     *
     * @throws ModelUnavailableException if it could not be loaded, with the reason as its cause
     */
    public Loaded awaitLoaded() throws InterruptedException {
        try {
            return loaded.get();
        } catch (ExecutionException e) {
            throw new ModelUnavailableException(e.getCause());
        }
    }

    /** Takes no more jobs, lets the accepted ones finish while the grace lasts, cancels the rest, closes the model. */
    @Override
    public void close() {
        synchronized (this) {
            if (!closed) {
                closed = true;
                queue.add(stop);
            }
        }
        try {
            thread.join(Math.max(1, grace.toMillis()));
            while (thread.isAlive()) {
                cancelAll();
                thread.join(100);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void cancelAll() {
        for (Job<?> job : drain()) {
            if (job == stop) {
                queue.add(stop);
            } else {
                job.cancel();
            }
        }
        Job<?> current = running;
        if (current != null) {
            current.cancel();
        }
    }

    private List<Job<?>> drain() {
        List<Job<?>> jobs = new ArrayList<>();
        queue.drainTo(jobs);
        return jobs;
    }
}
