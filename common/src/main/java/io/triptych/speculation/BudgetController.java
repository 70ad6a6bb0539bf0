package io.triptych.speculation;

/** Decides, before every pass of one sequence, how much draft is worth scoring. */
public interface BudgetController {
    /** The most nodes that drafters may propose for the next pass; 0 makes it a plain step. */
    int allowance();

    /** The part of a draft that is worth scoring: a tree with the same root, possibly the same object. */
    TokenTree select(TokenTree draft);

    /**
     * Learns from a pass.
     *
     * @param draftSeconds what drafting took
     * @param passSeconds what the pass took, or 0 if others had a part in it
     */
    void observe(TokenTree scored, Verdict verdict, double draftSeconds, double passSeconds);

    /** Whether the coming pass is of the kind whose costs are known; what others take says nothing of these. */
    default boolean costsAsUsual() {
        return true;
    }

    /** Scores every draft of at most {@code nodes} nodes whole. */
    static BudgetController fixed(int nodes) {
        return new BudgetController() {
            @Override
            public int allowance() {
                return nodes;
            }

            @Override
            public TokenTree select(TokenTree draft) {
                return draft;
            }

            @Override
            public void observe(TokenTree scored, Verdict verdict, double draftSeconds, double passSeconds) {}
        };
    }
}
