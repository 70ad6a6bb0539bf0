package io.triptych.serving;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The door between HTTP threads and the native thread: takes requests, hands out jobs.
 *
 * @param <R> what the model is asked
 * @param <E> what it yields
 */
public final class Generator<R, E> {
    private final InferenceExecutor<? extends GenerativeModel<R, E>> executor;
    private final SpeculationMetrics metrics;

    public Generator(InferenceExecutor<? extends GenerativeModel<R, E>> executor, SpeculationMetrics metrics) {
        this.executor = executor;
        this.metrics = metrics;
    }

    /**
     * Queues a request.
     *
     * @param output called on the native thread, which it must not hold up
     * @throws QueueFullException if no place is free
     */
    public Job<Void> submit(R request, Consumer<E> output) {
        long arrival = System.nanoTime();
        AtomicBoolean first = new AtomicBoolean(true);
        return executor.submit((engine, cancellation) -> {
            Consumer<E> timed = event -> {
                if (first.getAndSet(false)) {
                    metrics.firstToken(Duration.ofNanos(System.nanoTime() - arrival));
                }
                output.accept(event);
            };
            metrics.finished(engine.generate(request, timed, cancellation));
            return null;
        });
    }
}
