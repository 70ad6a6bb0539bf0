package io.triptych.text.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import io.triptych.openai.Responder;
import io.triptych.text.TextDelta;
import io.triptych.text.TextModel;
import io.triptych.text.TextRequest;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.ServletWebRequest;

@Tag(name = "Completions")
@RestController
class CompletionController {
    private final TextModel model;
    private final TextRequests requests;
    private final Responder<TextRequest, TextDelta> responder;

    CompletionController(TextModel model, TextRequests requests, Responder<TextRequest, TextDelta> responder) {
        this.model = model;
        this.requests = requests;
        this.responder = responder;
    }

    @Operation(summary = "Continue one or several texts")
    @ApiResponse(
            responseCode = "200",
            description = "The completion; with stream, its chunks as server-sent events and then [DONE]",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON_VALUE,
                        schema = @Schema(implementation = CompletionResponse.class)),
                @Content(
                        mediaType = MediaType.TEXT_EVENT_STREAM_VALUE,
                        schema = @Schema(implementation = CompletionResponse.class))
            })
    @PostMapping(path = "/v1/completions", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Object> complete(@RequestBody CompletionRequest request, ServletWebRequest exchange)
            throws InterruptedException {
        TextRequest text = requests.of(request);
        boolean usageChunk = StreamOptions.includesUsage(request.streamOptions());
        return responder.respond(
                text,
                Boolean.TRUE.equals(request.stream()),
                new CompletionShape(model.card().id(), text, usageChunk),
                exchange);
    }
}
