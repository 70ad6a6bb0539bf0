package io.triptych.openai;

import io.triptych.serving.Job;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries what a job yields from the native thread, which never waits for a client, to the HTTP thread, which writes it.
 *
 * @param <E> what the job yields
 */
public final class EventStream<E> {
    private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);
    private static final long HEARTBEAT_SECONDS = 1;

    private final BlockingQueue<Optional<E>> events = new LinkedBlockingQueue<>();

    /** Takes the job's next event. Never blocks. */
    public void add(E event) {
        events.add(Optional.of(event));
    }

    /**
     * Writes the job's events as they come, then {@code [DONE]}. A comment every second in which nothing came shows
     * whether the client is still there; if it is not, the job is cancelled.
     *
     * @param shape what to write for an event
     */
    public void copyTo(SseWriter sse, Job<?> job, ResponseShape<E> shape) throws InterruptedException {
        job.whenDone(() -> events.add(Optional.empty()));
        try {
            for (Optional<E> event = next(sse); event.isPresent(); event = next(sse)) {
                shape.write(event.get(), sse);
            }
            end(sse, job);
        } catch (IOException clientGone) {
            LOG.debug("the client is gone", clientGone);
        } finally {
            job.cancel();
        }
    }

    private Optional<E> next(SseWriter sse) throws IOException, InterruptedException {
        Optional<E> event = events.poll(HEARTBEAT_SECONDS, TimeUnit.SECONDS);
        while (event == null) {
            sse.comment("working");
            event = events.poll(HEARTBEAT_SECONDS, TimeUnit.SECONDS);
        }
        return event;
    }

    /** A failure before the first event is answered like any other; after it, an event must do. */
    private static void end(SseWriter sse, Job<?> job) throws IOException, InterruptedException {
        try {
            job.await();
            sse.done();
        } catch (CancellationException e) {
            sse.send(ApiException.unavailable("the service is shutting down").error());
        } catch (RuntimeException e) {
            if (!sse.started()) {
                throw e;
            }
            LOG.error("a stream failed", e);
            sse.send(ApiException.internal().error());
        }
    }
}
