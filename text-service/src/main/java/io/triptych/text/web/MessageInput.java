package io.triptych.text.web;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import io.triptych.openai.ApiException;
import io.triptych.openai.Unsupported;
import jakarta.validation.constraints.NotNull;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/** One message of a conversation. */
@Unsupported(name = "audio")
@Unsupported(name = "function_call")
@Unsupported(name = "name")
@Unsupported(name = "refusal")
@Unsupported(name = "tool_calls", neutral = "[]")
record MessageInput(
        @NotNull Role role,

        @NotNull
        @Schema(
                implementation = Object.class,
                description = "A text, or a list of parts {\"type\": \"text\", \"text\": ...}",
                oneOf = {String.class, ContentPart[].class})
        Content content) {

    /** Who speaks. */
    enum Role {
        @JsonProperty("system")
        SYSTEM,
        @JsonProperty("developer")
        DEVELOPER,
        @JsonProperty("user")
        USER,
        @JsonProperty("assistant")
        ASSISTANT
    }

    /** The only part of a message that a text model reads. */
    record ContentPart(@Schema(allowableValues = "text") String type, String text) {}

    /** What is said; the texts of parts follow each other without anything between. */
    record Content(String text) {
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        static Content of(JsonNode node) {
            if (node.isString()) {
                return new Content(node.stringValue());
            }
            if (!node.isArray() || node.isEmpty()) {
                throw ApiException.invalid("content", "must be a string or a list of text parts");
            }
            return new Content(StreamSupport.stream(node.spliterator(), false)
                    .map(Content::part)
                    .collect(Collectors.joining()));
        }

        private static String part(JsonNode part) {
            String type = part.path("type").asString("");
            if (!type.equals("text")) {
                throw ApiException.invalid("content", "has a part of type '" + type + "', but only text is supported");
            }
            if (!part.path("text").isString() || part.size() != 2) {
                throw ApiException.invalid(
                        "content", "has a text part that is not {\"type\": \"text\", \"text\": \"...\"}");
            }
            return part.path("text").stringValue();
        }
    }
}
