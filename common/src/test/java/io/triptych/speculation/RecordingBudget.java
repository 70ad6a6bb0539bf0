package io.triptych.speculation;

import java.util.ArrayList;
import java.util.List;

/** Takes whatever is drafted, and keeps what it is told that passes took. */
final class RecordingBudget implements BudgetController {
    private final int allowance;
    private final boolean costsAsUsual;
    private final List<Double> passSeconds = new ArrayList<>();

    RecordingBudget(int allowance, boolean costsAsUsual) {
        this.allowance = allowance;
        this.costsAsUsual = costsAsUsual;
    }

    /** In seconds, pass by pass. */
    List<Double> passSeconds() {
        return passSeconds;
    }

    @Override
    public int allowance() {
        return allowance;
    }

    @Override
    public TokenTree select(TokenTree draft) {
        return draft;
    }

    @Override
    public void observe(TokenTree scored, Verdict verdict, double draftSeconds, double seconds) {
        passSeconds.add(seconds);
    }

    @Override
    public boolean costsAsUsual() {
        return costsAsUsual;
    }
}
