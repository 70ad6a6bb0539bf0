package io.triptych.text;

import io.triptych.openai.SpeculationRequest;
import io.triptych.sampling.SamplingParameters;
import java.util.List;

/**
 * A request that has been read, checked and turned into tokens: what the engine needs to know.
 *
 * @param prompts at least one
 * @param choices texts to generate for each prompt, at least 1
 * @param seed of all choices; choice {@code i} of a prompt uses its member {@code i}
 * @param stop texts that end a choice and are not part of it
 * @param logprobs how many alternatives to tell for each token; 0 tells the token alone, {@link #NO_LOGPROBS} nothing
 */
public record TextRequest(
        List<Prompt> prompts,
        int choices,
        SamplingParameters sampling,
        long seed,
        List<String> stop,
        int logprobs,
        SpeculationRequest speculation) {
    public static final int NO_LOGPROBS = -1;

    /**
     * One prompt.
     *
     * @param tokens at least one
     * @param maximumTokens the most tokens to generate, at least 1; with the prompt they fit the model's capacity
     */
    public record Prompt(int[] tokens, int maximumTokens) {}
}
