package io.triptych.image.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.triptych.openai.SpeculationReport;

/**
 * An event of a stream: a preview or, with usage and the extension, a finished image.
 *
 * @param index which image of the request, from 0
 * @param partialImageIndex which preview of the image, from 0
 * @param createdAt in seconds since 1970
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ImageStreamEvent(
        String type,
        int index,
        @JsonProperty("partial_image_index") Integer partialImageIndex,
        @JsonProperty("b64_json") String b64Json,
        @JsonProperty("created_at") long createdAt,
        String size,
        String quality,
        String background,
        @JsonProperty("output_format") String outputFormat,
        ImageUsage usage,
        SpeculationReport speculation) {}
