package io.triptych.serving;

import io.triptych.speculation.Sequence;
import io.triptych.speculation.SpeculationStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that touches the engine, behind a bounded queue. The thread loads the model, checks it, answers
 * requests and closes the model: engines keep per-thread state, and one pass uses all cores anyway. HTTP threads only
 * submit and wait. Requests may be submitted while the model still loads.
 *
 * <p>Between passes requests join and leave (continuous batching, Yu et al., "Orca", 2022): the next in the queue joins as
 * soon as there is room for its sequences, in the order of arrival, and every pass moves the sequences of all that have
 * joined. Nothing that a request yields depends on its company, except the time it takes.
 *
 * @param <R> what the model is asked
 * @param <E> what it yields
 */
public final class InferenceExecutor<R, E> implements AutoCloseable {
    /** What the model says about itself once it is loaded and checked. */
    public record Loaded(Map<String, Object> details, GenerativeModel.SelfCheck selfCheck) {}

    private static final Logger LOG = LoggerFactory.getLogger(InferenceExecutor.class);
    private static final double NEW_JOB_WEIGHT = 0.2;

    private final int capacity;
    private final int room;
    private final Duration grace;
    private final Callable<? extends GenerativeModel<R, E>> loader;
    private final BlockingQueue<Request<R, E>> queue = new LinkedBlockingQueue<>();
    private final Request<R, E> stop = new Request<>(null, null, null);
    private final List<Answer> answers = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Loaded> loaded = new CompletableFuture<>();
    private final Thread thread;
    private volatile Throwable failure; // that ended the thread
    private boolean closed;
    private volatile double meanSecondsOfAPlace = 1;

    /**
     * Starts the thread, which begins to load the model.
     *
     * @param name of the thread
     * @param capacity requests that may wait, the running ones not counted; at least 1
     * @param room the most sequences in a pass; a request that has more of its own runs alone
     * @param grace how long {@link #close} lets accepted requests run on
     * @param loader makes the model, on the thread that will use it
     */
    public InferenceExecutor(
            String name, int capacity, int room, Duration grace, Callable<? extends GenerativeModel<R, E>> loader) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a queue needs at least one place, not " + capacity);
        }
        this.capacity = capacity;
        this.room = room;
        this.grace = grace;
        this.loader = loader;
        this.thread = new Thread(this::serve, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void serve() {
        try (GenerativeModel<R, E> model = loader.call()) {
            loaded.complete(new Loaded(model.details(), model.selfCheck()));
            while (admit(model)) {
                model.loop()
                        .step(answers.stream().flatMap(a -> a.moved.stream()).toList());
                answers.forEach(Answer::advance);
            }
        } catch (Throwable e) {
            failure = e;
            if (!loaded.completeExceptionally(e)) {
                LOG.error("The model's thread has failed, and answers nothing more", e);
            }
            refuseAll(e);
        }
    }

    /** Lets requests join as long as there is room; waits for one if none runs. Returns false at the end. */
    private boolean admit(GenerativeModel<R, E> model) throws InterruptedException {
        while (true) {
            Request<R, E> next = answers.isEmpty() ? queue.take() : queue.peek();
            if (next == stop && answers.isEmpty()) {
                return false;
            }
            if (next == null || next == stop) {
                return true;
            }
            if (!answers.isEmpty()) {
                int taken =
                        answers.stream().mapToInt(answer -> answer.sequences).sum();
                if (taken + model.sequences(next.asked) > room) {
                    return true;
                }
                queue.remove(next); // no one else takes it, unless it is cancelled
            }
            if (!next.job.isDone()) {
                begin(model, next);
            }
        }
    }

    private void begin(GenerativeModel<R, E> model, Request<R, E> request) {
        try {
            Generation generation = model.begin(request.asked, request.output);
            Answer answer = new Answer(request, generation, model.sequences(request.asked));
            answers.add(answer);
            answer.advance();
        } catch (Throwable e) {
            request.job.fail(e);
        }
    }

    private synchronized void refuseAll(Throwable cause) {
        closed = true;
        drain().forEach(request -> request.job.fail(new ModelUnavailableException(cause)));
        answers.forEach(answer -> answer.request.job.fail(new ModelUnavailableException(cause)));
    }

    /**
     * Queues a request.
     *
     * @param output takes what every pass yields, on the native thread, which it must not hold up
     * @param account takes what the sequences have cost when the request is over, also if it failed or was cancelled
     * @throws QueueFullException if no place is free
     * @throws ModelUnavailableException if the model could not be loaded or the executor is closed
     */
    public synchronized Job submit(R asked, Consumer<E> output, Consumer<List<SpeculationStats>> account) {
        if (closed) {
            throw new ModelUnavailableException(failure);
        }
        if (queue.size() >= capacity) {
            throw new QueueFullException(capacity, retryAfterSeconds());
        }
        Request<R, E> request = new Request<>(asked, output, account);
        request.job.whenDone(() -> queue.remove(request));
        queue.add(request);
        return request.job;
    }

    private int retryAfterSeconds() {
        return (int) Math.max(1, Math.min(60, Math.ceil(meanSecondsOfAPlace)));
    }

    /** Requests that wait for their turn. */
    public int queueDepth() {
        return queue.size();
    }

    /** Requests that are being answered. */
    public int running() {
        return answers.size();
    }

    /** The loaded and checked model's account of itself, or empty while it loads and after it or its thread failed. */
    public Optional<Loaded> loaded() {
        return loaded.isDone() && failure == null ? Optional.of(loaded.join()) : Optional.empty();
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

    /** Takes no more requests, lets the accepted ones finish while the grace lasts, cancels the rest, closes the model. */
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
        for (Request<R, E> request : drain()) {
            if (request == stop) {
                queue.add(stop);
            } else {
                request.job.cancel();
            }
        }
        answers.forEach(answer -> answer.request.job.cancel());
    }

    private List<Request<R, E>> drain() {
        List<Request<R, E>> requests = new ArrayList<>();
        queue.drainTo(requests);
        return requests;
    }

    private record Request<R, E>(R asked, Consumer<E> output, Consumer<List<SpeculationStats>> account, Job job) {
        Request(R asked, Consumer<E> output, Consumer<List<SpeculationStats>> account) {
            this(asked, output, account, new Job());
        }
    }

    /** A request that has joined the passes. Used by the native thread, but for its job. */
    private final class Answer {
        private final Request<R, E> request;
        private final Generation generation;
        private final int sequences;
        private final long begin = System.nanoTime();
        private List<Sequence> moved = List.of(); // by the next pass

        Answer(Request<R, E> request, Generation generation, int sequences) {
            this.request = request;
            this.generation = generation;
            this.sequences = sequences;
        }

        /** Learns what the next pass is to move, or leaves if the request is over. */
        void advance() {
            try {
                moved.forEach(Sequence::throwFailure);
                moved = request.job.isDone() ? List.of() : generation.next();
                if (!moved.isEmpty()) {
                    return;
                }
                leave();
                request.job.complete();
            } catch (Throwable e) {
                try {
                    leave();
                } catch (Throwable second) {
                    e.addSuppressed(second); // the thread serves the others, whatever one request does
                }
                request.job.fail(e);
            }
        }

        private void leave() {
            if (!answers.remove(this)) {
                return;
            }
            generation.close();
            request.account.accept(generation.stats());
            double seconds = (System.nanoTime() - begin) / 1e9 / (1 + answers.size());
            meanSecondsOfAPlace += NEW_JOB_WEIGHT * (seconds - meanSecondsOfAPlace);
        }
    }
}
