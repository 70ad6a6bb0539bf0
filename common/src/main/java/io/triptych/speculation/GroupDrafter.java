package io.triptych.speculation;

import io.triptych.sampling.Randomness;
import io.triptych.speculation.JacobiDrafter.Redraw;

/**
 * Codebook-grouped speculation: drafts the next codebooks of a frame of speech together, and no further than the frame.
 * The guesses are a Jacobi window ({@link JacobiDrafter}) that begins anew with every frame: an initialiser proposes the
 * group once code 0 is known; what stands behind the first rejection is drawn again, under the same noise, from the rows
 * that the pass has scored, and drafted as the next group.
 *
 * <p>Code 0 is not drafted: it comes of a model of its own, without which nothing of the frame can be scored. Nor is the
 * last code, on which nothing in the frame depends: it follows a group that is accepted whole. So the fewest passes of a
 * frame are one for code 0 and one for all others.
 */
public final class GroupDrafter implements Drafter {
    private final int codebooks;
    private final JacobiDrafter windows;

    /**
     * @param name in requests, statistics and metrics
     * @param initialiser proposes the codes of a frame; {@link WindowInitialiser#previousFrame} needs no training
     * @param codebooks codes in a frame, at least 2
     * @param codes size of a codebook
     * @param randomness the request's noise
     * @param length the most codes of the whole sequence
     * @param acceptance the request's part of what {@link #acceptance} made, for the same initialiser, redraw and contract
     */
    public GroupDrafter(
            String name,
            Redraw redraw,
            WindowInitialiser initialiser,
            int codebooks,
            int codes,
            Randomness randomness,
            int length,
            AcceptanceEstimate acceptance) {
        this.codebooks = codebooks;
        windows = new JacobiDrafter(name, redraw, initialiser, codes, randomness, length, codebooks, acceptance);
    }

    /** Learns how often guesses are right, by codebook; to be shared by all sequences that are drafted in one way. */
    public static AcceptanceEstimate acceptance(int codebooks) {
        return JacobiDrafter.acceptance(codebooks);
    }

    /**
     * How many codes a group may hold.
     *
     * @param codes number of codes before it since the beginning of the first frame
     * @param codebooks codes in a frame
     */
    static int room(int codes, int codebooks) {
        int inFrame = codes % codebooks;
        return inFrame == 0 ? 0 : codebooks - 1 - inFrame;
    }

    @Override
    public String name() {
        return windows.name();
    }

    @Override
    public TokenTree draft(TokenHistory history, int budget) {
        int room = room(history.size() - history.promptLength(), codebooks);
        return room == 0 ? new TokenTree(history.last()) : windows.draft(history, Math.min(budget, room));
    }

    @Override
    public void observe(
            TokenHistory history, TokenTree group, Target.Scores scores, TargetDistribution target, Verdict verdict) {
        windows.observe(history, group, scores, target, verdict);
    }
}
