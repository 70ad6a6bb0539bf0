package io.triptych.text.web;

import io.triptych.openai.ClientConnection;
import io.triptych.openai.EventStream;
import io.triptych.openai.SseWriter;
import io.triptych.serving.Job;
import io.triptych.text.TextDelta;
import io.triptych.text.TextGenerator;
import io.triptych.text.TextRequest;
import java.util.ArrayList;
import java.util.List;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.context.request.ServletWebRequest;
import tools.jackson.databind.json.JsonMapper;

/** Runs a request and tells its outcome, at once or as it grows. */
final class TextResponder {
    private final TextGenerator generator;
    private final JsonMapper mapper;

    TextResponder(TextGenerator generator, JsonMapper mapper) {
        this.generator = generator;
        this.mapper = mapper;
    }

    /** Returns the response, or null once it was streamed. */
    ResponseEntity<Object> respond(TextRequest text, boolean stream, ResponseShape shape, ServletWebRequest exchange)
            throws InterruptedException {
        if (stream) {
            EventStream<TextDelta> events = new EventStream<>();
            Job<Void> job = generator.submit(text, events::add);
            events.copyTo(new SseWriter(exchange.getResponse(), mapper), job, shape::chunks);
            return null;
        }
        List<TextDelta> deltas = new ArrayList<>();
        ClientConnection.await(generator.submit(text, deltas::add), exchange.getRequest());
        return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(shape.whole(deltas));
    }
}
