package io.triptych.image;

import io.triptych.decoder.JanusConfig;
import io.triptych.openai.Models;
import io.triptych.sampling.SamplingParameters;
import io.triptych.tokenizer.Tokenizer;
import java.util.Arrays;

/**
 * What HTTP threads know of the model: its name, its tokens and its limits. Immutable and safe from any thread.
 *
 * @param card what the API tells of it
 * @param shape of its images, and its special tokens
 * @param capacity the most tokens of prompt and image together
 * @param sampling what a request that says nothing gets
 * @param guidance what a request that says nothing gets
 */
public record ImageModel(
        Models.Model card,
        Tokenizer tokenizer,
        JanusConfig shape,
        int capacity,
        SamplingParameters sampling,
        double guidance) {

    /** The prompt that asks for what a text says. */
    public int[] prompt(String text) {
        return prompt(tokenizer.encode(text, false));
    }

    /** The prompt that asks for nothing, as long as another. */
    public int[] unconditional(int[] prompt) {
        int[] words = new int[prompt.length - 2];
        Arrays.fill(words, shape.padToken());
        return prompt(words);
    }

    private int[] prompt(int[] words) {
        int[] prompt = new int[words.length + 2];
        prompt[0] = shape.inputToken(shape.bosToken());
        for (int i = 0; i < words.length; i++) {
            prompt[i + 1] = shape.inputToken(words[i]);
        }
        prompt[prompt.length - 1] = shape.inputToken(shape.boiToken());
        return prompt;
    }
}
