package io.triptych.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;
import io.triptych.speculation.TokenTree;
import io.triptych.speculation.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/**
 * What one pass did for one sequence.
 *
 * @param index the choice or image that the sequence becomes
 * @param pass its number, from 1, the prompt not counted
 * @param tokens what the pass yielded, in order
 * @param rejected the scored nodes that were not accepted, in the tree's order
 */
public record PassTrace(int index, int pass, List<Token> tokens, List<Token> rejected) {
    /**
     * One token of a pass.
     *
     * @param text the token alone, if the modality is text
     * @param source the drafter that proposed it, or {@code target}
     * @param depth of a rejected node: 1 would have been the pass's first token
     * @param parent of a rejected node: the place in {@code rejected}, from 0, of the node that it continues, or null if
     *     that one was accepted, or is where the pass began
     */
    @Schema(name = "TracedToken")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Token(int id, String text, String source, Integer depth, Integer parent) {
        /** A token that continues an accepted one. */
        public Token(int id, String text, String source, Integer depth) {
            this(id, text, source, depth, null);
        }
    }

    /**
     * The trace of a pass that has ended.
     *
     * @param text tells a token as text, or null for each
     */
    public static PassTrace of(
            int index, int pass, List<Token> tokens, TokenTree tree, Verdict verdict, IntFunction<String> text) {
        boolean[] accepted = new boolean[tree.size()];
        Arrays.stream(verdict.path()).forEach(node -> accepted[node] = true);
        Integer[] places = new Integer[tree.size()];
        List<Token> rejected = new ArrayList<>();
        for (int node = 1; node < tree.size(); node++) {
            if (!accepted[node]) {
                int token = tree.token(node);
                places[node] = rejected.size();
                rejected.add(new Token(
                        token, text.apply(token), tree.source(node), tree.depth(node), places[tree.parent(node)]));
            }
        }
        return new PassTrace(index, pass, List.copyOf(tokens), rejected);
    }
}
