package io.triptych.openai;

import io.triptych.serving.Generator;
import java.io.IOException;
import java.time.Duration;
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
    private final Duration longestRequest;

    /** @param longestRequest how long a request may take, from its arrival to the end of its answer */
    public Responder(Generator<R, E> generator, JsonMapper mapper, Duration longestRequest) {
        this.generator = generator;
        this.mapper = mapper;
        this.longestRequest = longestRequest;
    }

    /** Returns the response, or null once it was streamed. */
    public ResponseEntity<Object> respond(R request, boolean stream, ResponseShape<E> shape, ServletWebRequest exchange)
            throws InterruptedException {
        if (stream) {
            stream(request, new SseStream<>(shape, new SseWriter(exchange.getResponse(), mapper)));
            return null;
        }
        Object whole = shape.whole(events(request, exchange));
        return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(whole);
    }

    /** Runs a request and writes what it yields as it comes. */
    public void stream(R request, StreamWriter<E> writer) throws InterruptedException {
        EventStream<E> events = new EventStream<>();
        events.copyTo(writer, generator.submit(request, events::add), Deadline.in(longestRequest));
    }

    /** Runs a request and returns all that it yielded. */
    public List<E> events(R request, ServletWebRequest exchange) throws InterruptedException {
        List<E> events = new ArrayList<>();
        ClientConnection.await(
                generator.submit(request, events::add), exchange.getRequest(), Deadline.in(longestRequest));
        return events;
    }

    /** Server-sent events, {@code [DONE]} behind the last. */
    private record SseStream<E>(ResponseShape<E> shape, SseWriter sse) implements StreamWriter<E> {
        @Override
        public boolean started() {
            return sse.started();
        }

        @Override
        public void write(E event) throws IOException {
            shape.write(event, sse);
        }

        @Override
        public void idle() throws IOException {
            sse.comment("working");
        }

        @Override
        public void end() throws IOException {
            sse.done();
        }

        @Override
        public void fail(ApiException reason) throws IOException {
            sse.send(reason.error());
        }
    }
}
