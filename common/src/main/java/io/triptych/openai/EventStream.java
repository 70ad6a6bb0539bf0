package io.triptych.openai;

import io.triptych.serving.Job;
import io.triptych.serving.ModelUnavailableException;
import java.io.IOException;
import java.time.Duration;
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
    private static final Duration HEARTBEAT = Duration.ofSeconds(1);

    private final BlockingQueue<Optional<E>> events = new LinkedBlockingQueue<>();

    /** Takes the job's next event. Never blocks. */
    public void add(E event) {
        events.add(Optional.of(event));
    }

    /**
     * Writes the job's events as they come, then the end. Every second in which nothing came the writer may look whether
     * the client is still there. If it is not, or if the time is over, the job is cancelled. A failure before anything was
     * sent is answered like any other.
     *
     * @throws RuntimeException what the job failed with, or what is to be told of that, if nothing was sent
     */
    void copyTo(StreamWriter<E> writer, Job job, Deadline deadline) throws InterruptedException {
        job.whenDone(() -> events.add(Optional.empty()));
        try {
            for (Optional<E> event = next(writer, deadline); event.isPresent(); event = next(writer, deadline)) {
                writer.write(event.get());
            }
            end(writer, job, deadline);
        } catch (IOException clientGone) {
            LOG.debug("the client is gone", clientGone);
        } finally {
            job.cancel();
        }
    }

    /** Nothing if the job is done or the time is over. */
    private Optional<E> next(StreamWriter<E> writer, Deadline deadline) throws IOException, InterruptedException {
        while (!deadline.passed()) {
            Optional<E> event = events.poll(deadline.atMost(HEARTBEAT).toNanos(), TimeUnit.NANOSECONDS);
            if (event != null) {
                return event;
            }
            writer.idle();
        }
        return Optional.empty();
    }

    private static void end(StreamWriter<?> writer, Job job, Deadline deadline)
            throws IOException, InterruptedException {
        if (deadline.passed()) {
            fail(writer, ApiException.tookTooLong(deadline.limit()));
            return;
        }
        try {
            job.await();
            writer.end();
        } catch (CancellationException e) {
            fail(writer, ApiException.unavailable("the service is shutting down"));
        } catch (RuntimeException e) {
            if (!writer.started()) {
                throw e;
            }
            writer.fail(told(e));
        }
    }

    private static ApiException told(RuntimeException failure) {
        if (failure instanceof ApiException own) {
            return own;
        }
        if (failure instanceof ModelUnavailableException) {
            return ApiException.unavailable(failure.getMessage());
        }
        LOG.error("a stream failed", failure);
        return ApiException.internal();
    }

    private static void fail(StreamWriter<?> writer, ApiException reason) throws IOException {
        if (!writer.started()) {
            throw reason;
        }
        writer.fail(reason);
    }
}
