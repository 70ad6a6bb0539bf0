package io.triptych.serving;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.ConfigFields;
import io.triptych.sampling.SamplingParameters;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** What a request that says nothing gets: what {@code generation_config.json} of a checkpoint names. */
public final class GenerationDefaults {
    private static final double LARGEST = 1 << 24;

    private final List<ConfigFields> named;

    private GenerationDefaults(List<ConfigFields> named) {
        this.named = named;
    }

    /** Reads them, should there be any; some families keep them below {@code generation_kwargs}. */
    public static GenerationDefaults of(CheckpointDirectory checkpoint) {
        return new GenerationDefaults(Stream.of(
                        checkpoint.generationFields(),
                        checkpoint.generationFields().flatMap(fields -> fields.object("generation_kwargs")))
                .flatMap(Optional::stream)
                .toList());
    }

    /** How to draw; no penalties. */
    public SamplingParameters sampling() {
        boolean greedy = named.stream().anyMatch(fields -> !fields.flag("do_sample", true));
        return new SamplingParameters(
                Map.of(),
                1,
                0,
                0,
                greedy ? 0 : number("temperature", 2, 1),
                (int) number("top_k", LARGEST, 0),
                number("min_p", 1, 0),
                number("top_p", 1, 1));
    }

    /** A number from 0 to the largest, or the other one where nothing is named. */
    public double number(String field, double largest, double otherwise) {
        return named.stream()
                .map(fields -> fields.number(field, 0, largest))
                .flatMapToDouble(OptionalDouble::stream)
                .findFirst()
                .orElse(otherwise);
    }
}
