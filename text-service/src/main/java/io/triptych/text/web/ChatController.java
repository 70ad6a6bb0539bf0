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

@Tag(name = "Chat")
@RestController
class ChatController {
    private final TextModel model;
    private final TextRequests requests;
    private final Responder<TextRequest, TextDelta> responder;

    ChatController(TextModel model, TextRequests requests, Responder<TextRequest, TextDelta> responder) {
        this.model = model;
        this.requests = requests;
        this.responder = responder;
    }

    @Operation(summary = "Answer a conversation, rendered by the checkpoint's chat template")
    @ApiResponse(
            responseCode = "200",
            description = "The answer; with stream, its chunks as server-sent events and then [DONE]",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON_VALUE,
                        schema = @Schema(implementation = ChatResponse.class)),
                @Content(
                        mediaType = MediaType.TEXT_EVENT_STREAM_VALUE,
                        schema = @Schema(implementation = ChatChunk.class))
            })
    @PostMapping(path = "/v1/chat/completions", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Object> chat(@RequestBody ChatRequest request, ServletWebRequest exchange)
            throws InterruptedException {
        TextRequest text = requests.of(request);
        boolean usageChunk = StreamOptions.includesUsage(request.streamOptions());
        return responder.respond(
                text,
                Boolean.TRUE.equals(request.stream()),
                new ChatShape(model.card().id(), text, usageChunk),
                exchange);
    }
}
