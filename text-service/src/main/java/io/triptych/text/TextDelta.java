package io.triptych.text;

import io.triptych.openai.PassTrace;
import io.triptych.openai.SpeculationReport;
import io.triptych.openai.Usage;
import java.util.List;

/**
 * What one pass added to one choice. A response is the sum of its deltas, streamed or not.
 *
 * @param choice its number: prompt by prompt, choice by choice
 * @param text whole characters; may be empty, since what could begin a stop string is held back
 * @param logprobs of the tokens of the text, empty if not asked for
 * @param trace what the pass did, or null if not asked for
 * @param finishReason {@code stop} or {@code length} on the choice's last delta, else null
 * @param summary on the last delta of the last choice, else null
 */
public record TextDelta(
        int choice, String text, List<TokenLogprobs> logprobs, PassTrace trace, String finishReason, Summary summary) {

    /** What is known when all choices are done. */
    public record Summary(Usage usage, SpeculationReport speculation) {}

    /**
     * The log-probability of a token under the model's raw logits, before temperature, penalties and truncation.
     *
     * @param offset where the token begins in the choice's text, in UTF-16 units
     * @param top the most probable tokens, best first
     */
    public record TokenLogprobs(ScoredToken token, int offset, List<ScoredToken> top) {}

    /**
     * A token that was taken or could have been.
     *
     * @param text of the token alone; a part of a character is U+FFFD
     * @param bytes of the token, 0 to 255, parts of characters included
     */
    public record ScoredToken(String text, List<Integer> bytes, double logprob) {}

    TextDelta withSummary(Summary whole) {
        return new TextDelta(choice, text, logprobs, trace, finishReason, whole);
    }
}
