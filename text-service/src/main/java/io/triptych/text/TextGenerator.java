package io.triptych.text;

import io.triptych.serving.InferenceExecutor;
import io.triptych.serving.Job;
import io.triptych.serving.SpeculationMetrics;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** The door between HTTP threads and the native thread: takes requests, hands out jobs. */
public final class TextGenerator {
    private final InferenceExecutor<TextEngine> executor;
    private final SpeculationMetrics metrics;

    public TextGenerator(InferenceExecutor<TextEngine> executor, SpeculationMetrics metrics) {
        this.executor = executor;
        this.metrics = metrics;
    }

    /**
     * Queues a request.
     *
     * @param output called on the native thread, which it must not hold up
     * @throws io.triptych.serving.QueueFullException if no place is free
     */
    public Job<Void> submit(TextRequest request, Consumer<TextDelta> output) {
        long arrival = System.nanoTime();
        AtomicBoolean first = new AtomicBoolean(true);
        return executor.submit((engine, cancellation) -> {
            Consumer<TextDelta> timed = delta -> {
                if (first.getAndSet(false)) {
                    metrics.firstToken(Duration.ofNanos(System.nanoTime() - arrival));
                }
                output.accept(delta);
            };
            metrics.finished(engine.generate(request, timed, cancellation));
            return null;
        });
    }
}
