package io.triptych.image.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import io.triptych.openai.SpeculationReport;
import java.util.List;

/**
 * Generated images.
 *
 * @param created in seconds since 1970
 */
record ImagesResponse(
        long created,
        String background,
        List<Image> data,
        @JsonProperty("output_format") String outputFormat,
        String size,
        ImageUsage usage) {

    /**
     * One image.
     *
     * @param b64Json the file in Base64, or null
     * @param url of the file, or null
     * @param speculation has the seed that makes this image again by itself
     */
    @Schema(name = "GeneratedImage")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Image(@JsonProperty("b64_json") String b64Json, String url, SpeculationReport speculation) {}
}
