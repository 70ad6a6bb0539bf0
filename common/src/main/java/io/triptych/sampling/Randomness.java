package io.triptych.sampling;

/**
 * The random choices that verification makes. Each is named by where it is made, never by how many were made before, so
 * that the same request makes the same choices in any order. Tests enumerate all outcomes through this interface.
 */
public interface Randomness {
    /**
     * The target's own draw for a position: the same token whatever was drafted, and whatever was drawn elsewhere.
     *
     * @param position index of the drawn token in the sequence
     */
    int draw(Categorical distribution, long position);

    /**
     * Whether a candidate passes a test that it should pass with a probability.
     *
     * @param probability any number; at most 0 never passes, at least 1 always does
     * @param trial tells tests at one position apart
     */
    boolean accept(double probability, long position, int trial);

    /**
     * A draw from non-negative weights, not necessarily normalised, independent of {@link #draw} and {@link #accept}.
     *
     * @throws IllegalArgumentException if no weight is positive
     */
    int residual(double[] weights, long position);

    /**
     * The choices of a drafter that draws: independent of this randomness and of every other round's.
     *
     * @param round tells apart the drafts that are drawn for one position, at least 0
     */
    Randomness ofDrafts(int round);
}
