package io.triptych.openai;

import java.io.IOException;

/**
 * Writes what a job yields to a client as it comes. Everything throws an {@link IOException} when the client is gone. Used
 * by the thread that serves the request.
 *
 * @param <E> what the job yields
 */
public interface StreamWriter<E> {
    /** Whether anything was sent, so that the status can no longer change. */
    boolean started();

    /** Writes what there is to tell of an event, which may be nothing. */
    void write(E event) throws IOException;

    /** Called every second in which no event came, to find out whether the client is still there. */
    void idle() throws IOException;

    /** Writes the end of a stream that is complete. */
    void end() throws IOException;

    /** Tells that a stream that has begun ends here without being complete. */
    void fail(ApiException reason) throws IOException;
}
