package io.triptych.text.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import io.triptych.openai.SpeculationReport;
import io.triptych.openai.Usage;
import io.triptych.text.TextDelta;
import java.util.List;

/** A chat completion. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ChatResponse(
        String id,
        String object,
        long created,
        String model,
        List<Choice> choices,
        Usage usage,
        SpeculationReport speculation) {

    /** One answer. */
    @Schema(name = "ChatChoice")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Choice(
            int index,
            Answer message,
            Logprobs logprobs,
            @JsonProperty("finish_reason") String finishReason) {}

    /** What the model says. */
    @Schema(name = "ChatAnswer")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Answer(String role, String content, String refusal) {
        Answer(String content) {
            this("assistant", content, null);
        }
    }

    /** Log-probabilities, token by token. */
    @Schema(name = "ChatLogprobs")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Logprobs(List<Token> content, List<Token> refusal) {
        static Logprobs of(List<TextDelta.TokenLogprobs> tokens) {
            return new Logprobs(tokens.stream().map(Token::of).toList(), null);
        }
    }

    /** @param bytes of the token, from which a character of several tokens can be put together */
    @Schema(name = "ChatToken")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Token(
            String token,
            double logprob,
            List<Integer> bytes,

            @JsonProperty("top_logprobs") @JsonInclude(JsonInclude.Include.NON_NULL)
            List<Token> topLogprobs) {

        static Token of(TextDelta.TokenLogprobs token) {
            return of(
                    token.token(),
                    token.top().stream().map(other -> of(other, null)).toList());
        }

        private static Token of(TextDelta.ScoredToken token, List<Token> top) {
            return new Token(token.text(), token.logprob(), token.bytes(), top);
        }
    }
}
