package io.triptych.text.draft;

import io.triptych.sampling.CounterRandom;
import io.triptych.sampling.SamplingParameters;
import io.triptych.speculation.Contract;

/**
 * What a drafter may know of the request it drafts for.
 *
 * @param contract under {@code EXACT} a drafter ranks by the target's own noise; under {@code DISTRIBUTION} it draws
 *     its own candidates and declares their proposal
 * @param random the sequence's noise
 */
public record DraftContext(Contract contract, SamplingParameters sampling, CounterRandom random) {}
