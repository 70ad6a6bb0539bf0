package io.triptych.speech;

import io.triptych.openai.SpeculationRequest;
import io.triptych.sampling.SamplingParameters;
import java.util.List;

/**
 * A request that has been read, checked and turned into tokens: what the engine needs to know.
 *
 * @param lines what to say, one after another; at least one
 * @param dropped characters of the text that nobody can say and that were left out, each once
 * @param seed of the first line; line {@code i} uses its member {@code i}
 */
public record SpeechRequest(
        List<Line> lines, String dropped, SamplingParameters sampling, long seed, SpeculationRequest speculation) {
    /**
     * What is said in one go: a sentence, or a part of a long one, with the pause that its last mark asks for.
     *
     * @param words as they are said
     * @param prompt tokens of the voice and of the words, the last of which begins the speech
     * @param maximumFrames more than the words can plausibly take
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Line(String words, int[] prompt, int maximumFrames) {}
}
