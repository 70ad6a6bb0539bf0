package io.triptych.speculation;

/**
 * Chooses the length of a sequence's Jacobi window, pass by pass: it takes guess after guess as long as the next is
 * likely enough to be reached and right to be worth the time of its rows. So windows are long where a picture is plain
 * and short where it is not. Where drafting as a whole costs more than it brings, it stops and is tried again ever more
 * rarely.
 *
 * <p>A guess that is not accepted is not for nothing: from its row the position behind it is drawn anew, and what is drawn
 * from a row is right more often than what was never scored. How much more is learned, and what that brings in the
 * next pass, wherever the window breaks in this one, counts like what is accepted now.
 *
 * <p>Whether a guess is scored depends on those before it and on what it was drawn from, never on itself or on later
 * ones: so the rejection rules may be used with it. Used by the inference thread only.
 */
public final class WindowBudget implements BudgetController {
    /** What windows may lose before they are stopped, in plain steps. Ample: at the edge of a thing all lose for a while. */
    private static final double CREDIT_IN_PASSES = 12;

    private final PassCost cost;
    private final int sequences;
    private final int maximumLength;
    private final TokenRate rate;
    private final ProbingGate gate;
    private final Trust trust = new Trust();
    private final TypicalValue draftSecondsPerGuess = new TypicalValue();
    private final TypicalValue idleDraftSeconds = new TypicalValue(); // of drafts of which nothing is scored
    private final Promise redrawn = new Promise(0.6);
    private final Promise firstGuesses = new Promise(0.35);
    private boolean drafting;
    private int redrawnGuesses; // of the next window: those that the last pass had a row for

    /**
     * @param cost of the target's passes, shared by all its sequences
     * @param sequences that the request has in a pass: 2 with guidance, else 1
     * @param maximumLength the longest window, at least 0
     */
    public WindowBudget(PassCost cost, int sequences, int maximumLength) {
        this.cost = cost;
        this.sequences = sequences;
        this.maximumLength = maximumLength;
        rate = new TokenRate(cost, sequences);
        gate = new ProbingGate(CREDIT_IN_PASSES * seconds(0));
    }

    @Override
    public int allowance() {
        drafting = maximumLength > 0 && gate.open();
        return drafting ? maximumLength : 0;
    }

    @Override
    public TokenTree select(TokenTree window) {
        // That the guesses are made is paid already, whether they are scored or not.
        double secondsPerRow = (seconds(maximumLength) - seconds(0)) / maximumLength;
        double least = rate.tokensPerSecond() * secondsPerRow;
        double again = redrawn.mean();
        double better = Math.max(0, again - firstGuesses.mean());
        TokenTree part = new TokenTree(window.token(TokenTree.ROOT));
        double path = 1;
        double reachedNext = 0; // the probability that the next pass comes to the position behind the guess
        for (int node = 1; node < window.size(); node++) {
            double broken = path * (1 - window.confidence(node));
            path *= window.confidence(node);
            reachedNext = again * reachedNext + broken;
            if (trust.factor() * (path + better * reachedNext) < least) {
                break;
            }
            part.add(node - 1, window.token(node), window.confidence(node), window.source(node), window.proposal(node));
        }
        return part;
    }

    @Override
    public void observe(TokenTree scored, Verdict verdict, double draftSeconds, double passSeconds) {
        int guesses = scored.size() - 1;
        for (int node = 1; node <= guesses; node++) {
            (node <= redrawnGuesses ? redrawn : firstGuesses).record(scored.confidence(node));
        }
        redrawnGuesses = scored.size() - verdict.length();
        cost.observeAlone(sequences, scored.size(), passSeconds);
        double seconds = seconds(guesses);
        if (drafting) { // also where nothing of the draft was worth its rows: it has cost its time
            seconds += typicalDraftSeconds(guesses, draftSeconds);
            gate.record(verdict.length() * seconds(0) - seconds);
        }
        rate.record(verdict.length(), seconds);
        trust.record(Trust.promise(scored), verdict.path().length);
        drafting = false;
    }

    private double typicalDraftSeconds(int guesses, double draftSeconds) {
        if (guesses == 0) {
            idleDraftSeconds.observe(draftSeconds);
            return idleDraftSeconds.value();
        }
        draftSecondsPerGuess.observe(draftSeconds / guesses);
        return guesses * draftSecondsPerGuess.value();
    }

    private double seconds(int guesses) {
        return cost.seconds(sequences, guesses + 1);
    }

    /** How probable guesses of a kind claim to be, recent ones counting most. */
    private static final class Promise {
        private static final double KEEP = 0.98;
        private static final double PRIOR_WEIGHT = 4;

        private final double prior;
        private double sum;
        private double weight;

        Promise(double prior) {
            this.prior = prior;
        }

        void record(double confidence) {
            sum = KEEP * sum + confidence;
            weight = KEEP * weight + 1;
        }

        double mean() {
            return (sum + PRIOR_WEIGHT * prior) / (weight + PRIOR_WEIGHT);
        }
    }
}
