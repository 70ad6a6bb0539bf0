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
     * Writes the job's events as they come, then the end. Every second in which nothing came the writer may look whether
     * the client is still there; if it is not, the job is cancelled.
     */
    public void copyTo(StreamWriter<E> writer, Job job) throws InterruptedException {
        job.whenDone(() -> events.add(Optional.empty()));
        try {
            for (Optional<E> event = next(writer); event.isPresent(); event = next(writer)) {
                writer.write(event.get());
            }
            end(writer, job);
        } catch (IOException clientGone) {
            LOG.debug("the client is gone", clientGone);
        } finally {
            job.cancel();
        }
    }

    private Optional<E> next(StreamWriter<E> writer) throws IOException, InterruptedException {
        Optional<E> event = events.poll(HEARTBEAT_SECONDS, TimeUnit.SECONDS);
        while (event == null) {
            writer.idle();
            event = events.poll(HEARTBEAT_SECONDS, TimeUnit.SECONDS);
        }
        return event;
    }

    /** A failure before the first event is answered like any other. */
    private static void end(StreamWriter<?> writer, Job job) throws IOException, InterruptedException {
        try {
            job.await();
            writer.end();
        } catch (CancellationException e) {
            writer.fail(ApiException.unavailable("the service is shutting down"));
        } catch (RuntimeException e) {
            if (!writer.started()) {
                throw e;
            }
            LOG.error("a stream failed", e);
            writer.fail(ApiException.internal());
        }
    }
}
