package io.triptych.speech;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.swagger.v3.oas.annotations.media.Schema;
import io.triptych.openai.SpeculationReport;
import java.util.List;

/**
 * The response extension {@code speculation} of speech: what every modality tells, and what only speech has.
 *
 * @param audioSeconds how long the sound is
 * @param realTimeFactor what it took to make a second of sound, in seconds, from the first pass to the last sample
 * @param backbonePasses of all lines
 * @param depthPasses of all lines
 * @param finishReason {@code stop} if the model ended every line by itself, else {@code length}: a line was ended when it
 *     took longer than its words plausibly do
 * @param dropped characters of the text that nobody can say and that were left out; null if there are none
 * @param lines each by itself
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SpeechReport(
        @JsonUnwrapped SpeculationReport speculation,
        @JsonProperty("audio_seconds") double audioSeconds,
        @JsonProperty("real_time_factor") Double realTimeFactor,
        @JsonProperty("backbone_passes") long backbonePasses,
        @JsonProperty("depth_passes") long depthPasses,

        @JsonProperty("finish_reason") @Schema(allowableValues = {STOP, LENGTH})
        String finishReason,

        String dropped,
        List<Line> lines) {
    /** The model ended the speech by itself. */
    public static final String STOP = "stop";

    /** The speech took longer than is plausible and was ended. */
    public static final String LENGTH = "length";

    /**
     * One line.
     *
     * @param text the words, as they are said
     * @param start seconds from the beginning of the sound
     * @param seed says this line again, alone
     */
    @Schema(name = "SpokenLine")
    public record Line(
            String text,
            double start,
            double seconds,
            int frames,
            long seed,
            @JsonProperty("backbone_passes") long backbonePasses,
            @JsonProperty("depth_passes") long depthPasses,
            @JsonProperty("finish_reason") String finishReason) {}

    /** The account of lines that were said one after another. */
    static SpeechReport of(
            SpeculationReport speculation,
            List<Line> lines,
            String dropped,
            double audioSeconds,
            double elapsedSeconds) {
        return new SpeechReport(
                speculation,
                audioSeconds,
                audioSeconds == 0 ? null : elapsedSeconds / audioSeconds,
                lines.stream().mapToLong(Line::backbonePasses).sum(),
                lines.stream().mapToLong(Line::depthPasses).sum(),
                lines.stream().allMatch(line -> line.finishReason().equals(STOP)) ? STOP : LENGTH,
                dropped.isEmpty() ? null : dropped,
                lines);
    }

    /** The same account of the sound at another speed. */
    public SpeechReport atSpeed(double speed) {
        return new SpeechReport(
                speculation,
                audioSeconds / speed,
                realTimeFactor == null ? null : realTimeFactor * speed,
                backbonePasses,
                depthPasses,
                finishReason,
                dropped,
                lines.stream()
                        .map(line -> new Line(
                                line.text(),
                                line.start() / speed,
                                line.seconds() / speed,
                                line.frames(),
                                line.seed(),
                                line.backbonePasses(),
                                line.depthPasses(),
                                line.finishReason()))
                        .toList());
    }

    /** The same account without what grows with the text. */
    public SpeechReport summary() {
        return new SpeechReport(
                speculation.withTrace(null),
                audioSeconds,
                realTimeFactor,
                backbonePasses,
                depthPasses,
                finishReason,
                null,
                null);
    }
}
