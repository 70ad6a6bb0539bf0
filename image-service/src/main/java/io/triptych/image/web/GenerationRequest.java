package io.triptych.image.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import io.triptych.openai.SpeculationRequest;
import io.triptych.openai.Unsupported;
import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;

/** {@code POST /v1/images/generations}. A parameter that is null or left out has its default. */
@Unsupported(
        name = "background",
        neutral = {"\"auto\"", "\"opaque\""})
@Unsupported(name = "complexity")
@Unsupported(name = "frame_count", neutral = "1")
@Unsupported(name = "frame_duration_ms")
@Unsupported(
        name = "moderation",
        neutral = {"\"auto\"", "\"low\""})
@Unsupported(
        name = "quality",
        neutral = {"\"auto\"", "\"standard\""})
@Unsupported(name = "style")
@Unsupported(name = "svg")
record GenerationRequest(
        @Schema(description = "The model that GET /v1/models names; may be left out")
        String model,

        @NotEmpty @Schema(description = "What the image is to show")
        String prompt,

        @JsonProperty("negative_prompt")
        @Schema(description = "What guidance leads away from; nothing in particular if left out")
        String negativePrompt,

        @JsonProperty("guidance_scale")
        @DecimalMin("0")
        @DecimalMax("100")
        @Schema(description = "How much the prompt counts: 1 is the model alone; the checkpoint's own if left out")
        Double guidanceScale,

        @Min(1) @Schema(description = "How many images to make, all in the same passes", defaultValue = "1")
        Integer n,

        @Schema(description = "The model's own size, such as 128x128, or auto", defaultValue = "auto")
        String size,

        @JsonProperty("response_format")
        @Schema(description = "The image itself, or a URL that gives it for a while", defaultValue = "b64_json")
        Delivery responseFormat,

        @JsonProperty("output_format") @Schema(description = "The kind of file", defaultValue = "png")
        PictureFormat outputFormat,

        @JsonProperty("output_compression")
        @Min(0)
        @Max(100)
        @Schema(description = "Quality of jpeg and webp: 100 is the best, 0 the smallest", defaultValue = "100")
        Integer outputCompression,

        @Schema(description = "Send server-sent events as the image grows", defaultValue = "false")
        Boolean stream,

        @JsonProperty("partial_images")
        @Min(0)
        @Max(3)
        @Schema(description = "With stream: how many previews of each image to send", defaultValue = "0")
        Integer partialImages,

        @Schema(description = "The same seed gives the same image; drawn at random and told if left out")
        Long seed,

        @DecimalMin("0")
        @DecimalMax("2")
        @Schema(description = "Divides the logits; 0 takes the most probable token; the checkpoint's own if left out")
        Double temperature,

        @JsonProperty("top_p")
        @DecimalMin(value = "0", inclusive = false)
        @DecimalMax("1")
        @Schema(description = "Keep the smallest set of tokens whose probability reaches this")
        Double topP,

        @JsonProperty("top_k") @Min(0) @Schema(description = "Keep the k most probable tokens; 0 keeps all")
        Integer topK,

        @JsonProperty("min_p")
        @DecimalMin("0")
        @DecimalMax("1")
        @Schema(description = "Drop tokens less probable than this share of the most probable")
        Double minP,

        @JsonProperty("safety_identifier") @Schema(description = "Accepted for clients that send it; has no effect")
        String safetyIdentifier,

        @Schema(description = "Accepted for clients that send it; has no effect")
        String user,

        @Valid SpeculationRequest speculation) {

    /** How an image comes to the client. */
    enum Delivery {
        @JsonProperty("b64_json")
        B64_JSON,
        @JsonProperty("url")
        URL
    }

    public GenerationRequest {
        responseFormat = responseFormat == null ? Delivery.B64_JSON : responseFormat;
        outputFormat = outputFormat == null ? PictureFormat.PNG : outputFormat;
        outputCompression = outputCompression == null ? 100 : outputCompression;
    }

    boolean streams() {
        return stream != null && stream;
    }
}
