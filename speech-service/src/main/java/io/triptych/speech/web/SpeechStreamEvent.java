package io.triptych.speech.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.triptych.speech.SpeechReport;

/**
 * An event of a stream: a piece of the file, or the end with usage and the extension.
 *
 * @param audio bytes of the file in Base64
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record SpeechStreamEvent(String type, String audio, Usage usage, SpeechReport speculation) {
    static final String DELTA = "speech.audio.delta";
    static final String DONE = "speech.audio.done";

    static SpeechStreamEvent delta(String audio) {
        return new SpeechStreamEvent(DELTA, audio, null, null);
    }

    static SpeechStreamEvent done(Usage usage, SpeechReport speculation) {
        return new SpeechStreamEvent(DONE, null, usage, speculation);
    }

    /** Tokens of a request: those of all prompts, and every code. */
    record Usage(
            @JsonProperty("input_tokens") long inputTokens,
            @JsonProperty("output_tokens") long outputTokens,
            @JsonProperty("total_tokens") long totalTokens) {
        static Usage of(long input, long output) {
            return new Usage(input, output, input + output);
        }
    }
}
