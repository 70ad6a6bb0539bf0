package io.triptych.speculation;

/**
 * Proposes what the target may say next. One drafter serves one sequence; what it shares with others (weights, a store)
 * it gets from outside.
 */
public interface Drafter extends AutoCloseable {
    /** The name in requests, statistics and metrics. */
    String name();

    /**
     * Proposes a tree whose root is the last token of the history.
     *
     * @param history the committed tokens
     * @param budget the most nodes to propose, root not counted; at least 1
     */
    TokenTree draft(TokenHistory history, int budget);

    /**
     * Tells what became of the pass that followed a draft. The tree is the one that was scored, which may be another
     * drafter's or a part of this one's. Called after the history has taken the pass's tokens.
     *
     * @param scores the raw logits of the tree's nodes
     * @param target the same after every processor, computed for each node when first asked for
     */
    default void observe(
            TokenHistory history, TokenTree tree, Target.Scores scores, TargetDistribution target, Verdict verdict) {}

    /** Releases what the drafter holds for its sequence. */
    @Override
    default void close() {}

    /** Drafts nothing: with it the loop is plain autoregressive decoding. */
    static Drafter none() {
        return new Drafter() {
            @Override
            public String name() {
                return "none";
            }

            @Override
            public TokenTree draft(TokenHistory history, int budget) {
                return new TokenTree(history.last());
            }
        };
    }
}
