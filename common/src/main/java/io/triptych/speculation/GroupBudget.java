package io.triptych.speculation;

/**
 * Leaves the sizes of codebook groups to another controller, to which it shows the passes inside frames alone: those
 * that score no code of a frame but the next one's first are of another model, cost something else and draft nothing.
 * Used by the inference thread only.
 */
public final class GroupBudget implements BudgetController {
    private final BudgetController inside;
    private final int codebooks;
    private int codes;

    /**
     * @param inside chooses the size of a group; what it knows of costs is of passes inside frames
     * @param codebooks codes in a frame
     */
    public GroupBudget(BudgetController inside, int codebooks) {
        this.inside = inside;
        this.codebooks = codebooks;
    }

    @Override
    public int allowance() {
        int room = GroupDrafter.room(codes, codebooks);
        return room == 0 ? 0 : Math.min(room, inside.allowance());
    }

    @Override
    public TokenTree select(TokenTree draft) {
        return inside.select(draft);
    }

    @Override
    public void observe(TokenTree scored, Verdict verdict, double draftSeconds, double passSeconds) {
        if (costsAsUsual()) {
            inside.observe(scored, verdict, draftSeconds, passSeconds);
        }
        codes += verdict.length();
    }

    @Override
    public boolean costsAsUsual() {
        return codes % codebooks > 0;
    }
}
