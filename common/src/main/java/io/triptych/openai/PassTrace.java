package io.triptych.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/**
 * What one pass did for one sequence.
 *
 * @param index the choice that the sequence becomes
 * @param tokens what the pass yielded, in order
 * @param rejected the scored nodes that were not accepted, in the tree's order
 */
public record PassTrace(int index, List<Token> tokens, List<Token> rejected) {
    /**
     * One token of a pass.
     *
     * @param text the token alone, if the modality is text
     * @param source the drafter that proposed it, or {@code target}
     * @param depth of a rejected node: 1 would have been the pass's first token
     */
    @Schema(name = "TracedToken")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Token(int id, String text, String source, Integer depth) {}
}
