package io.triptych.speculation;

import io.triptych.sampling.Categorical;
import io.triptych.sampling.Randomness;
import java.util.Arrays;

/**
 * Speculative Jacobi decoding (Teng et al., "Accelerating auto-regressive text-to-image generation with training-free
 * speculative Jacobi decoding", ICLR 2025): drafts the next tokens of a picture without a draft model, and inside a
 * {@link GroupDrafter} those of a frame of speech. The draft is a
 * chain, the window. A pass that scores it gives, for every position in it, the target's distribution after the guesses
 * before; all positions behind the accepted ones are drawn anew from these, which is an iteration of Jacobi's method on
 * the equations "this token is what the target draws after the ones before", and the window is drafted again, as far
 * as it is long with new guesses at its end.
 *
 * <p>The rejection rules need each guess to be a draw from its proposal, given all that happened at the positions before
 * it. It is: a guess depends on the guesses and noise of positions before it through its proposal alone, and on its own
 * position's noise. So how long a window is may depend on what was accepted, but never on guesses that still wait,
 * and a rule whose verdict looks behind the first rejection ({@link BlockVerifier}) does not go with it. Not
 * thread-safe.
 */
public final class JacobiDrafter implements Drafter {
    /** The name in requests, statistics and metrics. */
    public static final String NAME = "jacobi";

    /** How the guesses are drawn anew. */
    public enum Redraw {
        /**
         * Under the noise with which the target itself draws at that position: what stands is right as soon as the
         * guesses before it are. For {@link ExactVerifier}.
         */
        SHARED_NOISE,
        /** With new noise every time, as Teng et al. do; a guess is a draw from its row. For the rejection rules. */
        FRESH,
        /**
         * As the rejection rule itself goes on behind the first rejection: a guess x, drawn from q, stands with
         * probability {@code min(1, p(x) / q(x))}, else it is drawn from the positive part of {@code p - q}. So it is a
         * draw from p, and stands as often as a draw from p can. For the rejection rules.
         */
        COUPLED
    }

    private static final int LONGEST_STAND = 8;

    /** How probable it must be that the place of a new guess is reached, where a guess takes thought, to make it. */
    private static final double LEAST_REACHED = 0.15;

    private static final int NONE = WindowInitialiser.NONE;

    private final String name;
    private final Redraw redraw;
    private final WindowInitialiser initialiser;
    private final int vocabularySize;
    private final Randomness randomness;

    /** By position in the picture: committed tokens, then guesses up to {@link #known}. */
    private final int[] tokens;

    /** What each token was drawn from; null where it is not needed any more. */
    private final Categorical[] distributions;

    /** In how many redraws in a row a guess came out the same; 0 if it was never redrawn, 1 if it changed. */
    private final int[] stands;

    /** By position: how often a second draw from what a guess was drawn from would be the same. */
    private final double[] certainty;

    /** How often guesses were right, by their certainty and, where that may be asked, by how long they stood. */
    private final AcceptanceEstimate acceptance;

    /** Guesses this far apart are judged alike. */
    private final int period;

    /** Whether a guess was drawn from a row of the target's; others are guessed anew when they are wanted. */
    private final boolean[] scored;

    private int known;
    private int round;

    /**
     * @param vocabularySize number of tokens that the target can emit
     * @param randomness the request's noise
     * @param length tokens of a whole picture, counted from the end of the prompt
     */
    public JacobiDrafter(
            Redraw redraw, WindowInitialiser initialiser, int vocabularySize, Randomness randomness, int length) {
        this(NAME, redraw, initialiser, vocabularySize, randomness, length, 1, acceptance(1));
    }

    /**
     * @param period how far apart positions are whose guesses are judged alike, the codebooks of a frame say
     * @param acceptance of such guesses so far, made by {@link #acceptance}
     */
    JacobiDrafter(
            String name,
            Redraw redraw,
            WindowInitialiser initialiser,
            int vocabularySize,
            Randomness randomness,
            int length,
            int period,
            AcceptanceEstimate acceptance) {
        this.name = name;
        this.redraw = redraw;
        this.initialiser = initialiser;
        this.vocabularySize = vocabularySize;
        this.randomness = randomness;
        tokens = new int[length];
        distributions = new Categorical[length];
        stands = new int[length];
        certainty = new double[length];
        scored = new boolean[length];
        this.period = period;
        this.acceptance = acceptance;
    }

    /** Knows nothing yet of guesses that are judged by their place in a period. */
    static AcceptanceEstimate acceptance(int period) {
        return new AcceptanceEstimate(period * (LONGEST_STAND + 1));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public TokenTree draft(TokenHistory history, int budget) {
        TokenTree window = new TokenTree(history.last());
        int first = history.size() - history.promptLength();
        int end = Math.min(first + budget, tokens.length - 1); // the last token follows the window by itself
        double reached = 1;
        for (int position = first; position < end && reached > LEAST_REACHED; position++) {
            if (position == known || !scored[position]) {
                draw(position, initial(position), history);
                reached *= initialiser.knowsBetter() ? confidence(position) : 1;
            }
            window.add(window.size() - 1, tokens[position], confidence(position), name, proposal(position));
        }
        return window;
    }

    @Override
    public void observe(
            TokenHistory history, TokenTree window, Target.Scores scores, TargetDistribution target, Verdict verdict) {
        round++;
        int committed = history.size() - history.promptLength();
        int first = committed - verdict.length();
        learn(first, window, verdict);
        int formerLeft = committed - 1 < known ? tokens[committed - 1] : NONE;
        for (int position = first; position < committed; position++) {
            tokens[position] = history.get(history.promptLength() + position);
            distributions[position] = target.after(position - first);
        }
        known = Math.max(known, committed);
        // Every row behind the last verdict was scored behind a token that does not stand there.
        int redrawn = initialiser.knowsBetter() ? committed : Math.min(first + window.size(), tokens.length);
        for (int position = committed; position < redrawn; position++) {
            Categorical row = target.after(position - first);
            int former = position < known ? tokens[position] : NONE;
            if (position == known) {
                draw(position, row, history);
            } else {
                redraw(position, row, history);
            }
            scored[position] = true;
            if (formerLeft != NONE && formerLeft != tokens[position - 1]) {
                reconsider(position, formerLeft, row);
            }
            formerLeft = former;
        }
        int reach = initialiser.reach();
        Arrays.fill(distributions, Math.max(0, first - reach), Math.max(0, committed - reach), null);
    }

    private Categorical initial(int position) {
        return position == 0 ? Categorical.uniform(vocabularySize) : initialiser.guess(position, knowledge);
    }

    /** A first guess. */
    private void draw(int position, Categorical distribution, TokenHistory history) {
        tokens[position] = noise().draw(distribution, history.promptLength() + position);
        distributions[position] = distribution;
        certainty[position] = certainty(position);
        stands[position] = 0;
        known = Math.max(known, position + 1);
    }

    private void redraw(int position, Categorical row, TokenHistory history) {
        int place = history.promptLength() + position;
        int token = redraw == Redraw.COUPLED ? coupled(position, row, place) : noise().draw(row, place);
        stands[position] = token == tokens[position] ? Math.min(stands[position] + 1, LONGEST_STAND) : 1;
        tokens[position] = token;
        distributions[position] = row;
        certainty[position] = certainty(position);
    }

    /**
     * A guess whose row was scored behind another token to the left than now stands there, where the initialiser may
     * know better. That the guess itself has no say keeps those that stay draws from their rows.
     */
    private void reconsider(int position, int formerLeft, Categorical row) {
        int token = initialiser.reconsider(position, formerLeft, row, knowledge);
        if (token != NONE) {
            tokens[position] = token;
            distributions[position] = Categorical.certain(token, vocabularySize);
            certainty[position] = certainty(position);
            stands[position] = 0;
        }
    }

    private double certainty(int position) {
        if (distributions[position].certainToken() >= 0) {
            return initialiser.certainty(position, knowledge);
        }
        double sum = 0;
        for (double p : distributions[position].probabilities()) {
            sum += p * p;
        }
        return sum;
    }

    private int coupled(int position, Categorical row, int place) {
        Residual residual = new Residual(row.probabilities());
        int token = tokens[position];
        double[] proposal = proposal(position);
        double proposed = proposal == null ? 1 : proposal[token];
        if (noise().accept(residual.probability(token) / proposed, place, 0)) {
            return token;
        }
        if (proposal == null) {
            residual.exclude(token);
        } else {
            residual.subtract(proposal, 1);
        }
        return residual.draw(noise(), place);
    }

    private Randomness noise() {
        return redraw == Redraw.SHARED_NOISE ? randomness : randomness.ofDrafts(round);
    }

    /** What the rejection rules are told that a guess was drawn from. */
    private double[] proposal(int position) {
        Categorical distribution = distributions[position];
        return redraw == Redraw.SHARED_NOISE || distribution.certainToken() >= 0 ? null : distribution.probabilities();
    }

    /** How often guesses like this one were right so far. */
    private double confidence(int position) {
        return acceptance.probability(kind(position), certainty[position]);
    }

    /** Of a guess that was drawn, only what it was drawn from may be judged: see above. */
    private int kind(int position) {
        int kind =
                redraw == Redraw.SHARED_NOISE ? stands[position] : distributions[position].certainToken() >= 0 ? 0 : 1;
        return position % period * (LONGEST_STAND + 1) + kind;
    }

    /** Learns from the guesses whose fate is known: the accepted ones and the first rejected one. */
    private void learn(int first, TokenTree window, Verdict verdict) {
        int accepted = verdict.path().length;
        for (int i = 0; i < Math.min(accepted + 1, window.size() - 1); i++) {
            acceptance.observe(kind(first + i), certainty[first + i], i < accepted);
        }
    }

    private final WindowInitialiser.Known knowledge = new WindowInitialiser.Known() {
        @Override
        public int token(int position) {
            return tokens[position];
        }

        @Override
        public Categorical distribution(int position) {
            return distributions[position];
        }

        @Override
        public int vocabularySize() {
            return vocabularySize;
        }
    };
}
