package io.triptych.speculation;

import java.util.List;

/**
 * A model that scores token trees: the weights, without the state of any sequence. The decoder is one; tests bring
 * tables. A draft model is one too.
 */
public interface Target {
    /** Number of tokens, and length of a row of logits. */
    int vocabularySize();

    /** The most tokens a session can hold, drafts included. */
    int capacity();

    /** Opens the state of one sequence. The caller closes it. */
    Session open();

    /**
     * Scores, in one pass, the nodes {@code [from, size)} of every step's tree. Earlier nodes of the same tree were
     * scored by earlier passes since the session's last commit. Each row depends on the session's cached tokens and the
     * node's own path only, whatever else stands in the pass.
     *
     * @return one {@link Scores} per step, in order, valid until the next call
     * @throws IllegalArgumentException if a session has no room left for its tree
     */
    List<Scores> score(List<Step> steps);

    /**
     * The same, and caches prompts beside them. What a target cannot do in one pass it does one after the other.
     *
     * @param prompts of sessions that have no step
     */
    default List<Scores> score(List<Step> steps, List<Prompt> prompts) {
        prompts.forEach(prompt -> prompt.session().append(prompt.tokens()));
        return steps.isEmpty() ? List.of() : score(steps);
    }

    /** Tokens to cache after a session's committed ones, a prompt or a part of it. */
    @SuppressWarnings("ArrayRecordComponent")
    record Prompt(Session session, int[] tokens) {}

    /** One sequence's part of a pass. */
    record Step(Session session, TokenTree tree, int from) {
        /** The whole tree, root included. */
        public Step(Session session, TokenTree tree) {
            this(session, tree, 0);
        }
    }

    /** What a pass says about one tree. */
    interface Scores {
        /** The raw logits of a node that the pass scored: a fresh array of {@link Target#vocabularySize()} values. */
        float[] logits(int node);
    }

    /** The state of one sequence: what the target keeps of the tokens that are already scored. */
    interface Session extends AutoCloseable {
        /** Number of committed, cached tokens. */
        int length();

        /** Rows that a node takes in a pass. */
        default int rowsPerNode() {
            return 1;
        }

        /** Caches tokens after the committed ones without returning logits (the prompt, say). */
        void append(int[] tokens);

        /**
         * Keeps what the scored nodes on a path left in the cache, in order, and drops the rest of the tree.
         *
         * @param nodes scored nodes, each the parent of the next, starting with the root; empty drops the whole tree
         */
        void commit(int[] nodes);

        /** Forgets committed tokens from {@code length} on, and any scored tree. */
        void truncate(int length);

        @Override
        void close();
    }
}
