package io.triptych.serving;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The door between HTTP threads and the native thread: takes requests, hands out jobs, counts.
 *
 * @param <R> what the model is asked
 * @param <E> what it yields
 */
public final class Generator<R, E> {
    private final InferenceExecutor<R, E> executor;
    private final SpeculationMetrics metrics;

    public Generator(InferenceExecutor<R, E> executor, SpeculationMetrics metrics) {
        this.executor = executor;
        this.metrics = metrics;
    }

    /**
     * Queues a request.
     *
     * @param output called on the native thread, which it must not hold up
     * @throws QueueFullException if no place is free
     */
    public Job submit(R request, Consumer<E> output) {
        long arrival = System.nanoTime();
        AtomicBoolean first = new AtomicBoolean(true);
        Consumer<E> timed = event -> {
            if (first.getAndSet(false)) {
                metrics.firstToken(Duration.ofNanos(System.nanoTime() - arrival));
            }
            output.accept(event);
        };
        return executor.submit(request, timed, metrics::finished);
    }
}
