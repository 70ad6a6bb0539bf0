package io.triptych.openai;

import io.triptych.serving.Generator;
import io.triptych.serving.Job;
import java.util.ArrayList;
import java.util.List;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.context.request.ServletWebRequest;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs requests and tells their outcome, at once or as it grows.
 *
 * @param <R> what the model is asked
 * @param <E> what it yields
 */
public final class Responder<R, E> {
    private final Generator<R, E> generator;
    private final JsonMapper mapper;

    public Responder(Generator<R, E> generator, JsonMapper mapper) {
        this.generator = generator;
        this.mapper = mapper;
    }

    /** Returns the response, or null once it was streamed. */
    public ResponseEntity<Object> respond(R request, boolean stream, ResponseShape<E> shape, ServletWebRequest exchange)
            throws InterruptedException {
        if (stream) {
            EventStream<E> events = new EventStream<>();
            Job<Void> job = generator.submit(request, events::add);
            events.copyTo(new SseWriter(exchange.getResponse(), mapper), job, shape);
            return null;
        }
        List<E> events = new ArrayList<>();
        ClientConnection.await(generator.submit(request, events::add), exchange.getRequest());
        return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(shape.whole(events));
    }
}
