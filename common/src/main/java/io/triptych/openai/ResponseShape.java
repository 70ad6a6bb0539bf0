package io.triptych.openai;

import java.io.IOException;
import java.util.List;

/**
 * How an endpoint tells what was generated. One serves one request.
 *
 * @param <E> what the model yields
 */
public interface ResponseShape<E> {
    /** Writes what a stream tells of one event, which may be nothing. */
    void write(E event, SseWriter stream) throws IOException;

    /** The response that tells all events at once. */
    Object whole(List<E> events);
}
