package io.triptych.text;

import io.triptych.serving.ModelSettings;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The service's settings, {@code triptych.text.*}; in the environment {@code TRIPTYCH_TEXT_*}. Relative paths start at
 * {@code triptych.root} ({@code TRIPTYCH_ROOT}), which is the working directory unless set.
 *
 * @param modelId the name that requests use
 * @param model directory of the checkpoint
 * @param draftModel directory of the draft model's checkpoint; without one, that drafter is left out
 * @param precision {@code int8} or {@code float32}
 * @param capacity the most tokens of prompt and output together; 0 takes what the checkpoint was made for
 * @param threads that share one pass; 0 takes one per processor
 * @param budget the most draft nodes of a pass
 * @param queue requests that may wait
 * @param sequences the most sequences in a pass, and so of one request: prompts times choices
 * @param prefixes finished sequences whose state is kept for prompts that begin like them
 * @param store file that keeps earlier outputs to draft from
 * @param grace how long accepted requests may run on at shutdown
 */
@ConfigurationProperties("triptych.text")
record TextProperties(
        @DefaultValue("triptych-text") String modelId,
        @DefaultValue("models/text") String model,
        @DefaultValue("models/text-draft") String draftModel,
        @DefaultValue("int8") String precision,
        @DefaultValue("0") int capacity,
        @DefaultValue("0") int threads,
        @DefaultValue("32") int budget,
        @DefaultValue("32") int queue,
        @DefaultValue("16") int sequences,
        @DefaultValue("8") int prefixes,
        @DefaultValue("var/text-store") String store,
        @DefaultValue("20s") Duration grace)
        implements ModelSettings {}
