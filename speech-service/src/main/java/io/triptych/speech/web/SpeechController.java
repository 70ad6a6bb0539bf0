package io.triptych.speech.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import io.triptych.openai.Responder;
import io.triptych.openai.SpeculationReport;
import io.triptych.speech.SpeechEvent;
import io.triptych.speech.SpeechModel;
import io.triptych.speech.SpeechRequest;
import io.triptych.speech.audio.AudioFile;
import io.triptych.speech.web.SpeechParameters.StreamFormat;
import io.triptych.speech.web.SpeechShape.SpokenFile;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.ServletWebRequest;
import tools.jackson.databind.json.JsonMapper;

@Tag(name = "Speech")
@RestController
class SpeechController {
    /** The extension of an answer that is a file: JSON in a header. */
    static final String EXTENSION = "X-Triptych-Speculation";

    private final SpeechModel model;
    private final SpeechRequests requests;
    private final Responder<SpeechRequest, SpeechEvent> responder;
    private final JsonMapper mapper;

    SpeechController(
            SpeechModel model,
            SpeechRequests requests,
            Responder<SpeechRequest, SpeechEvent> responder,
            JsonMapper mapper) {
        this.model = model;
        this.requests = requests;
        this.responder = responder;
        this.mapper = mapper;
    }

    @Operation(summary = "Say a text")
    @ApiResponse(
            responseCode = "200",
            description = "The sound; with stream_format sse, pieces of it as server-sent events and then [DONE]",
            headers =
                    @Header(
                            name = EXTENSION,
                            description =
                                    "The extension 'speculation' as JSON, without what grows with the speech; of a "
                                            + "stream, contract and seed",
                            schema = @Schema(type = "string")),
            content = {
                @Content(mediaType = "audio/*", schema = @Schema(type = "string", format = "binary")),
                @Content(
                        mediaType = MediaType.TEXT_EVENT_STREAM_VALUE,
                        schema = @Schema(implementation = SpeechStreamEvent.class))
            })
    @PostMapping(path = "/v1/audio/speech", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Object> speak(@RequestBody SpeechParameters asked, ServletWebRequest exchange)
            throws InterruptedException {
        SpeechRequest request = requests.of(asked);
        try (AudioFile file = new AudioFile(asked.responseFormat(), model.sampleRate(), asked.speed())) {
            SpeechShape shape = new SpeechShape(request, asked.speed(), file);
            String mediaType = asked.responseFormat().mediaType(model.sampleRate());
            if (asked.streamFormat() == StreamFormat.SSE) {
                return responder.respond(request, true, shape, exchange);
            }
            if (asked.streamFormat() == StreamFormat.AUDIO) {
                SpeculationReport promise =
                        SpeculationReport.promise(request.speculation().mode().contract(), request.seed());
                Map<String, String> headers = Map.of(HttpHeaders.CONTENT_TYPE, mediaType, EXTENSION, json(promise));
                responder.stream(
                        request, new AudioStream(exchange.getRequest(), exchange.getResponse(), shape, headers));
                return null;
            }
            SpokenFile whole = shape.whole(responder.events(request, exchange));
            return ResponseEntity.ok()
                    .header(HttpHeaders.CONTENT_TYPE, mediaType)
                    .header(EXTENSION, json(whole.report().summary()))
                    .body(whole.bytes());
        }
    }

    private String json(Object value) {
        return mapper.writeValueAsString(value);
    }

    @Operation(summary = "The voices that the model speaks with")
    @GetMapping("/v1/audio/voices")
    Voices voices() {
        return Voices.of(model.voices());
    }
}
