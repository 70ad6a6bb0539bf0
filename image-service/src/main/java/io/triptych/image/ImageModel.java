package io.triptych.image;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.decoder.JanusConfig;
import io.triptych.openai.Models;
import io.triptych.sampling.SamplingParameters;
import io.triptych.serving.GenerationDefaults;
import io.triptych.speculation.WindowInitialiser;
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
 * @param initialiser guesses the codes with which windows grow
 */
public record ImageModel(
        Models.Model card,
        Tokenizer tokenizer,
        JanusConfig shape,
        int capacity,
        SamplingParameters sampling,
        double guidance,
        WindowInitialiser initialiser) {

    private static final double NO_GUIDANCE = 1;
    private static final double LARGEST = 1 << 24;

    /** Reads what a request that says nothing gets from {@code generation_config.json}, where that names it. */
    public static ImageModel of(
            Models.Model card, Tokenizer tokenizer, JanusConfig shape, int capacity, CheckpointDirectory checkpoint) {
        GenerationDefaults defaults = GenerationDefaults.of(checkpoint);
        return new ImageModel(
                card,
                tokenizer,
                shape,
                capacity,
                defaults.sampling(),
                defaults.number("guidance_scale", LARGEST, NO_GUIDANCE),
                initialiser(checkpoint, shape));
    }

    private static WindowInitialiser initialiser(CheckpointDirectory checkpoint, JanusConfig shape) {
        return NeighbourFile.read(checkpoint, shape.gridSide(), shape.vq().codes())
                .map(WindowInitialiser.class::cast)
                .orElseGet(() -> WindowInitialiser.likeAbove(shape.gridSide()));
    }

    /** The size of every image, as requests name it. */
    public String size() {
        return shape.imageSide() + "x" + shape.imageSide();
    }

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
