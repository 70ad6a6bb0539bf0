package io.triptych.text.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import io.triptych.openai.SpeculationReport;
import io.triptych.openai.Usage;
import io.triptych.text.TextDelta;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

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

    /** @param bytes of the token in UTF-8, or null for a part of a character */
    @Schema(name = "ChatToken")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Token(
            String token,
            double logprob,
            List<Integer> bytes,

            @JsonProperty("top_logprobs") @JsonInclude(JsonInclude.Include.NON_NULL)
            List<Token> topLogprobs) {

        static Token of(TextDelta.TokenLogprobs token) {
            List<Token> top = token.top().stream()
                    .map(alternative ->
                            new Token(alternative.token(), alternative.logprob(), bytes(alternative.token()), null))
                    .toList();
            return new Token(token.token(), token.logprob(), bytes(token.token()), top);
        }

        private static List<Integer> bytes(String token) {
            if (token.indexOf('\uFFFD') >= 0) {
                return null;
            }
            byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
            return IntStream.range(0, bytes.length)
                    .mapToObj(i -> bytes[i] & 0xff)
                    .toList();
        }
    }
}
