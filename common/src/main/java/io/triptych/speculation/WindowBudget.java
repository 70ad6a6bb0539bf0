package io.triptych.speculation;

/**
 * Chooses the length of a sequence's Jacobi window: the one whose passes yield most tokens for their time, by what
 * windows of every length have brought so far and by what their rows cost. Where no window pays it decodes plainly, and
 * tries again once what it knew has faded.
 *
 * <p>A length is kept for a stretch of passes, as a window takes some to settle. It depends on what was accepted and on
 * time, never on guesses that wait, so the rejection rules may be used with it. Used by the inference thread only.
 */
public final class WindowBudget implements BudgetController {
    private static final int STRETCH = 10;

    /** Passes of a stretch that still show the length before. */
    private static final int SETTLING = 2;

    /** In tokens: how firmly a sequence is believed to be like the others. */
    private static final double TRUST_WEIGHT = 8;

    private static final double KEEP = 0.98;

    private final PassCost cost;
    private final int rowsPerToken;
    private final int maximumLength;
    private final WindowExperience experience;
    private final TypicalValue draftSecondsPerGuess = new TypicalValue();

    private int choice;
    private int passesInStretch = STRETCH;
    private double expectedGain;
    private double gain;

    /**
     * @param cost of the target's passes, shared by all its sequences
     * @param rowsPerToken rows that a token takes in a pass: 2 with guidance, else 1
     * @param maximumLength the longest window, at least 0
     * @param experience shared by the sequences that decode alike
     */
    public WindowBudget(PassCost cost, int rowsPerToken, int maximumLength, WindowExperience experience) {
        this.cost = cost;
        this.rowsPerToken = rowsPerToken;
        this.maximumLength = maximumLength;
        this.experience = experience;
    }

    @Override
    public int allowance() {
        if (passesInStretch >= (choice == 0 ? 1 : STRETCH)) {
            int best = best();
            passesInStretch = best == choice ? SETTLING : 0;
            choice = best;
        }
        return WindowExperience.LENGTHS[choice];
    }

    @Override
    public TokenTree select(TokenTree window) {
        return window;
    }

    @Override
    public void observe(TokenTree scored, Verdict verdict, double draftSeconds, double passSeconds) {
        int guesses = scored.size() - 1;
        cost.observe(rowsPerToken * scored.size(), passSeconds);
        if (guesses > 0) {
            draftSecondsPerGuess.observe(draftSeconds / guesses);
        }
        expectedGain *= KEEP;
        gain *= KEEP;
        boolean whole = guesses == WindowExperience.LENGTHS[choice]; // at a picture's end it is not
        if (whole && passesInStretch >= SETTLING || choice == 0) {
            expectedGain += experience.gain(choice);
            gain += verdict.length() - 1;
            experience.record(choice, verdict.length());
        }
        passesInStretch++;
    }

    private int best() {
        double trust = (TRUST_WEIGHT + gain) / (TRUST_WEIGHT + expectedGain);
        int best = 0;
        double bestRate = 1 / seconds(0);
        for (int i = 1; i < WindowExperience.LENGTHS.length && WindowExperience.LENGTHS[i] <= maximumLength; i++) {
            double rate = (1 + trust * experience.gain(i)) / seconds(i);
            if (rate > bestRate) {
                bestRate = rate;
                best = i;
            }
        }
        return best;
    }

    private double seconds(int choice) {
        int guesses = WindowExperience.LENGTHS[choice];
        return cost.seconds(rowsPerToken * (guesses + 1)) + guesses * draftSecondsPerGuess.value();
    }
}
