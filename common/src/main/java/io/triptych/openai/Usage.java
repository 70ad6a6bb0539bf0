package io.triptych.openai;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Tokens of a request, counted once per prompt and once per generated token, the end token included. */
public record Usage(
        @JsonProperty("prompt_tokens") int promptTokens,
        @JsonProperty("completion_tokens") int completionTokens,
        @JsonProperty("total_tokens") int totalTokens,
        @JsonProperty("prompt_tokens_details") PromptDetails promptDetails) {
    /** @param cachedTokens of the prompts that were left over from earlier requests */
    public record PromptDetails(
            @JsonProperty("cached_tokens") int cachedTokens) {}

    public static Usage of(int promptTokens, int cachedTokens, int completionTokens) {
        return new Usage(
                promptTokens, completionTokens, promptTokens + completionTokens, new PromptDetails(cachedTokens));
    }
}
