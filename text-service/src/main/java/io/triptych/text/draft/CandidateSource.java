package io.triptych.text.draft;

import io.triptych.speculation.Target;
import io.triptych.speculation.TokenHistory;
import io.triptych.speculation.TokenTree;
import io.triptych.speculation.Verdict;

/**
 * What a drafter knows: which tokens may follow a node. {@link FusedDrafter} asks for it where it grows the tree, and
 * makes drafts of the answers of one source or of several. One source serves one sequence.
 */
interface CandidateSource {
    /** The name in requests and statistics. */
    String name();

    /** Number of kinds of candidates, whose confidences are calibrated apart. */
    int kinds();

    /** Takes in what the history has gained. Called before every draft; the tree has only its root. */
    void begin(TokenHistory history);

    /** Takes note of a node below the root; of its parent before it, of every node before its {@link #propose}. */
    default void follow(CandidateTree tree, int node) {}

    /** Proposes tokens after a node, under the source's number. */
    void propose(CandidateTree tree, int node, int source);

    /** As {@link io.triptych.speculation.Drafter#observe}, also after passes that had no draft. */
    default void observe(TokenHistory history, TokenTree tree, Target.Scores scores, Verdict verdict) {}
}
