package io.triptych.image.web;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Tokens of a request: its prompt once, and every token of its images. */
record ImageUsage(
        @JsonProperty("input_tokens") int inputTokens,
        @JsonProperty("input_tokens_details") Details inputTokensDetails,
        @JsonProperty("output_tokens") int outputTokens,
        @JsonProperty("output_tokens_details") Details outputTokensDetails,
        @JsonProperty("total_tokens") int totalTokens) {

    /** Tokens by what they say. */
    record Details(
            @JsonProperty("image_tokens") int imageTokens,
            @JsonProperty("text_tokens") int textTokens) {}

    static ImageUsage of(int text, int image) {
        return new ImageUsage(text, new Details(0, text), image, new Details(image, 0), text + image);
    }
}
