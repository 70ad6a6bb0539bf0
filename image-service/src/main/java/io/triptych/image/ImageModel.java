package io.triptych.image;

import io.triptych.openai.Models;
import io.triptych.sampling.SamplingParameters;
import io.triptych.tokenizer.Tokenizer;
import java.util.Arrays;

/**
 * What HTTP threads know of the model: its name, its tokens and its limits. Immutable and safe from any thread. A text
 * token t stands in a prompt as token {@code codes + t}.
 *
 * @param card what the API tells of it
 * @param codes of the codebook; the tokens from 0 on
 * @param grid codes along one side of an image
 * @param side of an image in pixels
 * @param begin the text token that begins a prompt
 * @param image the text token that ends a prompt and begins the image
 * @param pad the text token that stands for words in the unconditional prompt
 * @param capacity the most tokens of prompt and image together
 * @param sampling what a request that says nothing gets
 * @param guidance what a request that says nothing gets
 */
public record ImageModel(
        Models.Model card,
        Tokenizer tokenizer,
        int codes,
        int grid,
        int side,
        int begin,
        int image,
        int pad,
        int capacity,
        SamplingParameters sampling,
        double guidance) {

    /** Tokens of an image. */
    public int tokens() {
        return grid * grid;
    }

    /** The prompt that asks for what a text says. */
    public int[] prompt(String text) {
        return prompt(tokenizer.encode(text, false));
    }

    /** The prompt that asks for nothing, as long as another. */
    public int[] unconditional(int[] prompt) {
        int[] words = new int[prompt.length - 2];
        Arrays.fill(words, pad);
        return prompt(words);
    }

    private int[] prompt(int[] words) {
        int[] prompt = new int[words.length + 2];
        prompt[0] = codes + begin;
        for (int i = 0; i < words.length; i++) {
            prompt[i + 1] = codes + words[i];
        }
        prompt[prompt.length - 1] = codes + image;
        return prompt;
    }
}
