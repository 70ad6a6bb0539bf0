package io.triptych.image;

import io.triptych.openai.SpeculationRequest;
import io.triptych.sampling.SamplingParameters;

/**
 * A request that has been read, checked and turned into tokens: what the engine needs to know.
 *
 * @param prompt tokens, the last of which begins the image
 * @param unconditionalPrompt what guidance leads away from; ends as the prompt does
 * @param guidance scale of the guidance; 1 is none and costs half
 * @param images how many to make, at least 1
 * @param seed of the first image; image {@code i} uses its member {@code i}
 * @param previews how many to tell of each image on the way
 */
public record ImageRequest(
        int[] prompt,
        int[] unconditionalPrompt,
        double guidance,
        int images,
        SamplingParameters sampling,
        long seed,
        int previews,
        SpeculationRequest speculation) {}
