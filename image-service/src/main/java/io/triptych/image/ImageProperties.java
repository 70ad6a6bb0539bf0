package io.triptych.image;

import io.triptych.serving.ModelSettings;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The service's settings, {@code triptych.image.*}; in the environment {@code TRIPTYCH_IMAGE_*}. Relative paths start at
 * {@code triptych.root} ({@code TRIPTYCH_ROOT}), which is the working directory unless set.
 *
 * @param modelId the name that requests use
 * @param model directory of the checkpoint
 * @param precision {@code int8} or {@code float32}
 * @param capacity the most tokens of prompt and image together; 0 leaves a prompt 256 tokens, or what the
 *     checkpoint was made for if that is less
 * @param threads that share one pass; 0 takes one per processor
 * @param budget the longest window
 * @param relaxation bound of the contract {@code relaxed}: how far the distribution of a token may be moved, from 0 to 1
 * @param queue requests that may wait
 * @param images the most images in a pass, and so of one request
 * @param grace how long accepted requests may run on at shutdown
 */
@ConfigurationProperties("triptych.image")
record ImageProperties(
        @DefaultValue("triptych-image") String modelId,
        @DefaultValue("models/image") String model,
        @DefaultValue("int8") String precision,
        @DefaultValue("0") int capacity,
        @DefaultValue("0") int threads,
        @DefaultValue("32") int budget,
        @DefaultValue("0.2") double relaxation,
        @DefaultValue("16") int queue,
        @DefaultValue("8") int images,
        @DefaultValue("20s") Duration grace)
        implements ModelSettings {}
