package io.triptych.text.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import io.triptych.openai.SpeculationReport;
import io.triptych.openai.Usage;
import io.triptych.text.TextDelta;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A completion, or one chunk of it: the shape is the same. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record CompletionResponse(
        String id,
        String object,
        long created,
        String model,
        List<Choice> choices,
        Usage usage,
        SpeculationReport speculation) {

    /** One text. */
    @Schema(name = "CompletionChoice")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Choice(
            int index,
            String text,
            Logprobs logprobs,
            @JsonProperty("finish_reason") String finishReason) {}

    /**
     * Log-probabilities in columns, one row per token. A token that is no text by itself is named {@code bytes:\xe2\x80}.
     * Among the most probable tokens is always the one that was taken.
     */
    @Schema(name = "CompletionLogprobs")
    record Logprobs(
            List<String> tokens,
            @JsonProperty("token_logprobs") List<Double> tokenLogprobs,
            @JsonProperty("top_logprobs") List<Map<String, Double>> topLogprobs,
            @JsonProperty("text_offset") List<Integer> textOffset) {

        static Logprobs of(List<TextDelta.TokenLogprobs> tokens) {
            return new Logprobs(
                    tokens.stream().map(token -> name(token.token())).toList(),
                    tokens.stream().map(token -> token.token().logprob()).toList(),
                    tokens.stream().map(Logprobs::top).toList(),
                    tokens.stream().map(TextDelta.TokenLogprobs::offset).toList());
        }

        private static Map<String, Double> top(TextDelta.TokenLogprobs token) {
            Map<String, Double> top = new LinkedHashMap<>();
            token.top().forEach(other -> top.putIfAbsent(name(other), other.logprob()));
            top.putIfAbsent(name(token.token()), token.token().logprob());
            return top;
        }

        private static String name(TextDelta.ScoredToken token) {
            if (token.text().indexOf('\uFFFD') < 0) {
                return token.text();
            }
            return token.bytes().stream().map("\\x%02x"::formatted).collect(Collectors.joining("", "bytes:", ""));
        }
    }
}
