package io.triptych.speech.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import io.triptych.openai.SpeculationRequest;
import io.triptych.openai.Unsupported;
import io.triptych.speech.audio.AudioFormat;
import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;

/** {@code POST /v1/audio/speech}. A parameter that is null or left out has its default. */
@Schema(name = "SpeechRequest")
@Unsupported(name = "instructions", neutral = "\"\"")
@Unsupported(name = "timestamp_granularities", neutral = "[]")
@Unsupported(name = "timestamps", neutral = "false")
record SpeechParameters(
        @Schema(description = "The model that GET /v1/models names; may be left out")
        String model,

        @NotEmpty @Schema(description = "What to say: English text of at most 4096 characters", maxLength = 4096)
        String input,

        @Schema(description = "One of GET /v1/audio/voices; the first if left out")
        String voice,

        @JsonProperty("response_format") @Schema(description = "The kind of file", defaultValue = "mp3")
        AudioFormat responseFormat,

        @DecimalMin("0.25")
        @DecimalMax("4")
        @Schema(description = "How fast to speak; the pitch stays", defaultValue = "1")
        Double speed,

        @JsonProperty("stream_format")
        @Schema(
                description = "Send the speech as it is made: as the bytes of the file, or as server-sent events. "
                        + "Left out, the file comes whole")
        StreamFormat streamFormat,

        @Schema(description = "The same seed gives the same sound; drawn at random and told if left out")
        Long seed,

        @DecimalMin("0")
        @DecimalMax("2")
        @Schema(description = "Divides the logits; 0 takes the most probable code; the checkpoint's own if left out")
        Double temperature,

        @JsonProperty("top_p")
        @DecimalMin(value = "0", inclusive = false)
        @DecimalMax("1")
        @Schema(description = "Keep the smallest set of codes whose probability reaches this")
        Double topP,

        @JsonProperty("top_k") @Min(0) @Schema(description = "Keep the k most probable codes; 0 keeps all")
        Integer topK,

        @JsonProperty("min_p")
        @DecimalMin("0")
        @DecimalMax("1")
        @Schema(description = "Drop codes less probable than this share of the most probable")
        Double minP,

        @JsonProperty("safety_identifier") @Schema(description = "Accepted for clients that send it; has no effect")
        String safetyIdentifier,

        @Schema(description = "Accepted for clients that send it; has no effect")
        String user,

        @Valid SpeculationRequest speculation) {

    /** How speech comes to the client as it is made. */
    enum StreamFormat {
        @JsonProperty("audio")
        AUDIO,
        @JsonProperty("sse")
        SSE
    }

    public SpeechParameters {
        responseFormat = responseFormat == null ? AudioFormat.MP3 : responseFormat;
        speed = speed == null ? 1 : speed;
        speculation = speculation == null ? SpeculationRequest.DEFAULT : speculation;
    }
}
