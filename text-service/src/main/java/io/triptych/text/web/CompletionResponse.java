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

    /** Log-probabilities in columns, one row per token. */
    @Schema(name = "CompletionLogprobs")
    record Logprobs(
            List<String> tokens,
            @JsonProperty("token_logprobs") List<Double> tokenLogprobs,
            @JsonProperty("top_logprobs") List<Map<String, Double>> topLogprobs,
            @JsonProperty("text_offset") List<Integer> textOffset) {

        static Logprobs of(List<TextDelta.TokenLogprobs> tokens) {
            return new Logprobs(
                    tokens.stream().map(TextDelta.TokenLogprobs::token).toList(),
                    tokens.stream().map(TextDelta.TokenLogprobs::logprob).toList(),
                    tokens.stream().map(Logprobs::top).toList(),
                    tokens.stream().map(TextDelta.TokenLogprobs::offset).toList());
        }

        private static Map<String, Double> top(TextDelta.TokenLogprobs token) {
            Map<String, Double> top = new LinkedHashMap<>();
            token.top().forEach(alternative -> top.putIfAbsent(alternative.token(), alternative.logprob()));
            return top;
        }
    }
}
