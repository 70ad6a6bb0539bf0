package io.triptych.decoder;

import io.triptych.speculation.Target;
import io.triptych.speculation.TokenTree;
import java.util.Comparator;

/**
 * One sequence's part of a pass: the nodes of a tree from {@code from} on.
 *
 * @param wanted whether logits are; if not, the tree is a chain that stays in the cache
 */
record Part(LlamaSession session, TokenTree tree, int from, boolean wanted) {
    /** The order in which lanes are filled: what logits are wanted of comes first. */
    static final Comparator<Part> DEALT =
            Comparator.comparing((Part part) -> !part.wanted).thenComparing(part -> -part.rows());

    static Part of(Target.Step step, LlamaSession session) {
        return new Part(session, step.tree(), step.from(), true);
    }

    static Part of(Target.Prompt prompt, LlamaSession session) {
        int[] tokens = prompt.tokens();
        TokenTree chain = new TokenTree(tokens[0]);
        for (int i = 1; i < tokens.length; i++) {
            chain.add(i - 1, tokens[i], 1, null);
        }
        return new Part(session, chain, 0, false);
    }

    int rows() {
        return tree.size() - from;
    }

    /** Notes in the session what the pass has done. */
    void over() {
        if (wanted) {
            session.scored(tree.size());
        } else {
            session.committed(tree.size());
        }
    }
}
