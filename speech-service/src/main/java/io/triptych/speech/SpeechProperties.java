package io.triptych.speech;

import io.triptych.serving.ModelSettings;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The service's settings, {@code triptych.speech.*}; in the environment {@code TRIPTYCH_SPEECH_*}. Relative paths start
 * at {@code triptych.root} ({@code TRIPTYCH_ROOT}), which is the working directory unless set.
 *
 * @param modelId the name that requests use
 * @param model directory of the checkpoint
 * @param precision {@code int8} or {@code float32}
 * @param capacity the most text tokens and frames of one utterance together; 0 takes what the checkpoint was made for
 * @param threads that share one pass; 0 takes one per processor
 * @param relaxation bound of the contract {@code relaxed}: how far the distribution of a code may be moved, from 0 to 1
 * @param queue requests that may wait
 * @param lines the most lines of different requests that are spoken at once
 * @param grace how long accepted requests may run on at shutdown
 */
@ConfigurationProperties("triptych.speech")
record SpeechProperties(
        @DefaultValue("triptych-speech") String modelId,
        @DefaultValue("models/speech") String model,
        @DefaultValue("int8") String precision,
        @DefaultValue("0") int capacity,
        @DefaultValue("0") int threads,
        @DefaultValue("0.2") double relaxation,
        @DefaultValue("16") int queue,
        @DefaultValue("8") int lines,
        @DefaultValue("20s") Duration grace)
        implements ModelSettings {}
