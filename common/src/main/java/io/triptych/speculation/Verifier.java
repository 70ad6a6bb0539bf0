package io.triptych.speculation;

import io.triptych.sampling.Randomness;

/** Decides which part of a draft the target keeps, and what follows it. Stateless. */
public interface Verifier {
    /** What this rule promises. */
    Contract contract();

    /**
     * Walks a scored tree from its root.
     *
     * @param target the processed distributions of the tree's nodes, asked for only where the walk arrives
     * @param randomness the request's noise
     * @param position index in the sequence of the token that follows the root
     */
    Verdict verify(TokenTree tree, TargetDistribution target, Randomness randomness, long position);
}
