package io.triptych.speculation;

import io.triptych.sampling.Categorical;
import java.util.Arrays;
import java.util.List;

/**
 * Begins windows with the tokens that stood most often beside such tokens in other pictures. A template names places
 * before a token; of the templates whose filling the table has seen the first speaks, as in prediction by partial
 * matching (Cleary and Witten, "Data compression using adaptive coding and partial string matching", 1984), over
 * neighbourhoods like those of JBIG (ITU-T T.82). Where no filling was seen, windows go on as the row above does.
 * Immutable.
 */
public final class NeighbourTable implements WindowInitialiser {
    /** What a place outside the picture holds. */
    public static final int OUTSIDE = -1;

    /** Into so many parts the certainty of an entry is divided. */
    public static final int SHARES = 255;

    /** The most tokens that an entry can tell apart. */
    public static final int MOST_TOKENS = 1 << 16;

    private static final int TOKEN_BITS = 16;

    private final int width;
    private final int vocabularySize;
    private final List<Template> templates;
    private final WindowInitialiser unseen;

    /**
     * @param width tokens in a row of the picture
     * @param templates the one that is asked first in front
     */
    public NeighbourTable(int width, int vocabularySize, List<Template> templates) {
        this.width = width;
        this.vocabularySize = vocabularySize;
        this.templates = List.copyOf(templates);
        this.unseen = WindowInitialiser.likeAbove(width);
    }

    @Override
    public Categorical guess(int position, Known known) {
        int entry = entry(position, known);
        return entry == NONE ? unseen.guess(position, known) : Categorical.certain(entry % MOST_TOKENS, vocabularySize);
    }

    @Override
    public double certainty(int position, Known known) {
        int entry = entry(position, known);
        return entry == NONE ? unseen.certainty(position, known) : (double) (entry >> TOKEN_BITS) / SHARES;
    }

    /** The table's own guess, whatever the row said: behind another token it mostly says what the former one asked for. */
    @Override
    public int reconsider(int position, int formerLeft, Categorical row, Known known) {
        int entry = entry(position, known);
        return entry == NONE ? NONE : entry % MOST_TOKENS;
    }

    @Override
    public int reach() {
        return unseen.reach();
    }

    private int entry(int position, Known known) {
        for (Template template : templates) {
            int entry = template.entry(position, width, known);
            if (entry != NONE) {
                return entry;
            }
        }
        return NONE;
    }

    /** Places before a token, and what followed their fillings. Immutable. */
    public static final class Template {
        /** The bits of an entry that hold what followed; those above are of the filling's hash. */
        private static final long FOLLOWING = (long) (SHARES + 1) * MOST_TOKENS - 1;

        private final int[] right;
        private final int[] down;
        private final long[] entries; // ascending

        /**
         * @param right columns to the right of the token, by place
         * @param down rows below it, by place
         * @param fillings tokens at the places, filling after filling
         * @param tokens what followed a filling most often, below {@link #MOST_TOKENS}
         * @param shares in how many of {@link #SHARES} cases it did
         * @throws IllegalArgumentException if a place is not before the token
         */
        public Template(int[] right, int[] down, int[] fillings, int[] tokens, int[] shares) {
            for (int place = 0; place < right.length; place++) {
                if (down[place] > 0 || down[place] == 0 && right[place] >= 0) {
                    throw new IllegalArgumentException("a place of a template is not before the token");
                }
            }
            this.right = right.clone();
            this.down = down.clone();
            entries = new long[tokens.length];
            for (int i = 0; i < tokens.length; i++) {
                long hash = 0;
                for (int place = 0; place < right.length; place++) {
                    hash = hash(hash, fillings[i * right.length + place]);
                }
                entries[i] = hash & ~FOLLOWING | (long) shares[i] << TOKEN_BITS | tokens[i];
            }
            Arrays.sort(entries);
        }

        /** The token that follows, and its share above it; {@link #NONE} if the filling was never seen. */
        private int entry(int position, int width, Known known) {
            long hash = 0;
            for (int place = 0; place < right.length; place++) {
                int column = position % width + right[place];
                int from = position + down[place] * width + right[place];
                boolean inside = column >= 0 && column < width && from >= 0;
                hash = hash(hash, inside ? known.token(from) : OUTSIDE);
            }
            int found = Arrays.binarySearch(entries, hash & ~FOLLOWING);
            int at = found < 0 ? -found - 1 : found;
            boolean same = at < entries.length && ((entries[at] ^ hash) & ~FOLLOWING) == 0;
            return same ? (int) (entries[at] & FOLLOWING) : NONE;
        }

        /** Of what came before and one more token, by the finaliser of SplitMix64. Two fillings of one hash do no harm. */
        private static long hash(long before, int token) {
            long z = before * 0x9e3779b97f4a7c15L + token + 2;
            z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
            z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
            return z ^ z >>> 31;
        }
    }
}
