package io.triptych.speculation;

/**
 * Chooses the length of a sequence's Jacobi window, pass by pass: it takes guess after guess as long as the next is
 * likely enough to be reached and right to be worth the time of its rows. So windows are long where a picture is plain
 * and short where it is not. Where drafting as a whole costs more than it brings, it stops and is tried again ever more
 * rarely.
 *
 * <p>A guess that is not accepted is not for nothing, as it is nearer to the truth in the next pass; therefore one is
 * taken already for part of what its rows cost. Whether a guess is scored depends on those before it and on what it was
 * drawn from, never on itself or on later ones: so the rejection rules may be used with it. Used by the inference thread
 * only.
 */
public final class WindowBudget implements BudgetController {
    /**
     * The part of a guess's cost that its own acceptance has to pay. On five pictures a quarter took fewer passes than a
     * half, and about the same time.
     */
    private static final double PAID_AT_ONCE = 0.25;

    /** What windows may lose before they are stopped, in plain steps. Ample: at the edge of a thing all lose for a while. */
    private static final double CREDIT_IN_PASSES = 12;

    private final PassCost cost;
    private final int rowsPerToken;
    private final int maximumLength;
    private final TokenRate rate;
    private final ProbingGate gate;
    private final Trust trust = new Trust();
    private final TypicalValue draftSecondsPerGuess = new TypicalValue();

    /**
     * @param cost of the target's passes, shared by all its sequences
     * @param rowsPerToken rows that a token takes in a pass: 2 with guidance, else 1
     * @param maximumLength the longest window, at least 0
     */
    public WindowBudget(PassCost cost, int rowsPerToken, int maximumLength) {
        this.cost = cost;
        this.rowsPerToken = rowsPerToken;
        this.maximumLength = maximumLength;
        rate = new TokenRate(cost, rowsPerToken);
        gate = new ProbingGate(CREDIT_IN_PASSES * seconds(0));
    }

    @Override
    public int allowance() {
        return maximumLength > 0 && gate.open() ? maximumLength : 0;
    }

    @Override
    public TokenTree select(TokenTree window) {
        double secondsPerGuess = (seconds(maximumLength) - seconds(0)) / maximumLength + draftSecondsPerGuess.value();
        double least = PAID_AT_ONCE * rate.tokensPerSecond() * secondsPerGuess;
        TokenTree part = new TokenTree(window.token(TokenTree.ROOT));
        double path = trust.factor();
        for (int node = 1; node < window.size(); node++) {
            path *= window.confidence(node);
            if (path < least) {
                break;
            }
            part.add(node - 1, window.token(node), window.confidence(node), window.source(node), window.proposal(node));
        }
        return part;
    }

    @Override
    public void observe(TokenTree scored, Verdict verdict, double draftSeconds, double passSeconds) {
        int guesses = scored.size() - 1;
        cost.observe(rowsPerToken * scored.size(), passSeconds);
        double seconds = seconds(guesses);
        if (guesses > 0) {
            draftSecondsPerGuess.observe(draftSeconds / guesses);
            seconds += guesses * draftSecondsPerGuess.value();
            gate.record(verdict.length() * seconds(0) - seconds);
        }
        rate.record(verdict.length(), seconds);
        trust.record(Trust.promise(scored), verdict.path().length);
    }

    private double seconds(int guesses) {
        return cost.seconds(rowsPerToken * (guesses + 1));
    }
}
