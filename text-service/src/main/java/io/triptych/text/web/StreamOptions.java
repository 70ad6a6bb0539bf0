package io.triptych.text.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import io.triptych.openai.Unsupported;

/** Options of a streamed response. */
@Unsupported(name = "include_obfuscation", neutral = "false")
record StreamOptions(
        @JsonProperty("include_usage")
        @Schema(description = "Send one more chunk, without choices, that has the usage", defaultValue = "false")
        Boolean includeUsage) {

    static boolean includesUsage(StreamOptions options) {
        return options != null && options.includeUsage != null && options.includeUsage;
    }
}
