package io.triptych.speculation;

import io.triptych.sampling.Categorical;

/**
 * Guesses the tokens with which a Jacobi window grows: those of positions that no pass has spoken of yet. A guess is
 * drawn from a distribution that depends on the positions before alone; a copied token is a point mass.
 */
@FunctionalInterface
public interface WindowInitialiser {
    /** No token. */
    int NONE = -1;

    /** What is known of the positions before a new one: the tokens there, committed or guessed. */
    interface Known {
        /** The token at a position of the picture. */
        int token(int position);

        /**
         * What the token at a position was drawn from: by the target, or for a guess by its drafter.
         *
         * @param position at most {@link #reach} before the new one
         */
        Categorical distribution(int position);

        /** Number of tokens that the target can emit. */
        int vocabularySize();
    }

    /**
     * What to draw the token of a position from.
     *
     * @param position in the picture, in reading order, at least 1; the first one's is drawn uniformly
     */
    Categorical guess(int position, Known known);

    /** How probable it is that a guess which names a token is right, as far as the initialiser can tell. */
    default double certainty(int position, Known known) {
        return 0.5;
    }

    /**
     * What a guess is to become whose row was scored behind another token to the left than now stands there. Where the
     * row said first of all that this one comes again, what stands there now does; else the initialiser's own guess, if
     * it names a token. Without this an even ground that turns out to be another one would become right by one token with
     * every pass.
     *
     * @param formerLeft the token behind which the row was scored
     * @param row what the guess was drawn from
     * @return a token, or {@link #NONE} to leave the guess as it is
     */
    default int reconsider(int position, int formerLeft, Categorical row, Known known) {
        return row.logWeight(formerLeft) == 0
                ? known.token(position - 1)
                : guess(position, known).certainToken();
    }

    /**
     * Whether a new guess is better than a draw from a row that was scored behind a wrong token. Then all guesses behind
     * a rejection are made anew, which is not Jacobi iteration any more.
     */
    default boolean knowsBetter() {
        return false;
    }

    /** How many positions back distributions are asked for. */
    default int reach() {
        return 0;
    }

    /** Any token is as good as any other. */
    static WindowInitialiser random() {
        return (position, known) -> Categorical.uniform(known.vocabularySize());
    }

    /** The token to the left. */
    static WindowInitialiser repeatLeft() {
        return (position, known) -> Categorical.certain(known.token(position - 1), known.vocabularySize());
    }

    /**
     * The token above; in the first row that to the left.
     *
     * @param width tokens in a row of the picture
     */
    static WindowInitialiser repeatAbove(int width) {
        return (position, known) ->
                Categorical.certain(known.token(neighbour(position, width)), known.vocabularySize());
    }

    /**
     * A new draw from what the token above was drawn from, in the first row from what the one to the left was. Many
     * codes look alike, so that the one which stands above seldom comes again; those that could have stood there do.
     *
     * @param width tokens in a row of the picture
     */
    static WindowInitialiser redrawAbove(int width) {
        return new WindowInitialiser() {
            @Override
            public Categorical guess(int position, Known known) {
                return known.distribution(neighbour(position, width));
            }

            @Override
            public int reach() {
                return width;
            }
        };
    }

    /**
     * Goes on as the row above does: where the token above is that to its left, the token to the left comes again; else
     * as {@link #redrawAbove}. So even ground stays even, whatever its colour in this row.
     *
     * @param width tokens in a row of the picture
     */
    static WindowInitialiser likeAbove(int width) {
        WindowInitialiser edge = redrawAbove(width);
        return new WindowInitialiser() {
            @Override
            public Categorical guess(int position, Known known) {
                boolean even = position < width
                        || position % width > 0 && known.token(position - width) == known.token(position - width - 1);
                return even ? repeatLeft().guess(position, known) : edge.guess(position, known);
            }

            @Override
            public int reach() {
                return edge.reach();
            }
        };
    }

    /**
     * Of a frame of speech: a new draw from what the same codebook's code was drawn from in the frame before; in the first
     * frame any code.
     *
     * @param codebooks codes in a frame
     */
    static WindowInitialiser previousFrame(int codebooks) {
        return new WindowInitialiser() {
            @Override
            public Categorical guess(int position, Known known) {
                return position < codebooks
                        ? Categorical.uniform(known.vocabularySize())
                        : known.distribution(position - codebooks);
            }

            /** Codes of two codebooks have nothing to do with each other. */
            @Override
            public int reconsider(int position, int formerLeft, Categorical row, Known known) {
                return NONE;
            }

            @Override
            public int reach() {
                return codebooks;
            }
        };
    }

    private static int neighbour(int position, int width) {
        return position < width ? position - 1 : position - width;
    }
}
