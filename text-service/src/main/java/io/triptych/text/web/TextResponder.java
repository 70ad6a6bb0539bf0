package io.triptych.text.web;

import io.triptych.openai.EventStream;
import io.triptych.openai.SseWriter;
import io.triptych.serving.Job;
import io.triptych.text.TextDelta;
import io.triptych.text.TextGenerator;
import io.triptych.text.TextRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.List;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
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
    ResponseEntity<Object> respond(
            TextRequest request, boolean stream, ResponseShape shape, HttpServletResponse response)
            throws InterruptedException {
        if (stream) {
            EventStream<TextDelta> events = new EventStream<>();
            Job<Void> job = generator.submit(request, events::add);
            events.copyTo(new SseWriter(response, mapper), job, shape::chunks);
            return null;
        }
        List<TextDelta> deltas = new ArrayList<>();
        generator.submit(request, deltas::add).await();
        return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(shape.whole(deltas));
    }
}
