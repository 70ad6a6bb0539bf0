package io.triptych.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;

/** The one shape of every error. */
public record ApiError(Body error) {
    /**
     * @param message what is wrong, for people
     * @param type the class of the error, as OpenAI names it
     * @param param the request parameter at fault, as a path such as {@code messages[0].content}, or null
     * @param code what is wrong, for programs, or null
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    @Schema(name = "ApiErrorBody")
    public record Body(String message, String type, String param, String code) {}
}
