package io.triptych.speculation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * What a pass of one target costs, in seconds, by the number of rows it scores and of the tokens they look back at: measured
 * at start-up and refreshed by every pass since. Never falls as rows grow. Shared by all sequences of a target; used by its
 * inference thread only.
 */
public final class PassCost {
    private static final int[] MEASURED_ROWS = {1, 2, 4, 8, 16, 32, 64};
    private static final int WARM_UPS = 2;
    private static final int STEPS_BEFORE_A_TIMED_ONE = 5;
    private static final int REPETITIONS = 11;
    private static final int SHARED_ROWS = 8;
    private static final int SHARED_REPETITIONS = 5;

    private static final int FEW = 128;
    private static final int MANY = 768;

    /** Rows of the passes that tell what looking back at more tokens costs, beside those of one. */
    private static final int ROWS_LOOKING_BACK = 16;

    /**
     * How much of a surprise is believed to hold for every number of rows, and for this number alone. The latter is
     * small, or a change of load seen by plain steps only would seem to change what rows cost beside each other.
     */
    private static final double COMMON_SHARE = 0.05;

    private static final double OWN_SHARE = 0.0005;
    private static final double LARGEST_SURPRISE = Math.log(1.5);

    private final Curve one;
    private final Curve two; // null: as if all rows were of one sequence
    private Shared shared; // null: likewise
    private int others;
    private int otherRows;
    private double otherTokens;

    /**
     * What a pass of several sequences costs, in seconds: what it costs for one sequence, for every further one with its
     * first row, and for every further row.
     */
    record Shared(double first, double sequence, double row) {
        double seconds(int sequences, int rows) {
            return first + (sequences - 1) * sequence + (rows - sequences) * row;
        }

        Shared times(double factor) {
            return new Shared(factor * first, factor * sequence, factor * row);
        }
    }

    /**
     * @param secondsByRows element {@code i} is the cost of {@code i + 1} rows, in seconds, greater than 0; at least
     *     one element
     */
    public PassCost(double[] secondsByRows) {
        this(secondsByRows, null);
    }

    PassCost(double[] secondsByRows, Shared shared) {
        this(new Curve(secondsByRows, 0, new double[secondsByRows.length]), null, shared);
    }

    /** @param aToken what every cached token beyond {@code after} adds, by rows */
    PassCost(double[] secondsByRows, int after, double[] aToken) {
        this(new Curve(secondsByRows, after, aToken), null, null);
    }

    private PassCost(Curve one, Curve two, Shared shared) {
        this.one = one;
        this.two = two;
        this.shared = shared;
    }

    /**
     * Times passes of a target over chains of 1 to 64 rows, as far as its capacity allows, and of several sequences. A
     * plain step is timed after others. A larger pass is followed by one, and costs what both take over a step: a small
     * model's weights stand in other caches after a large pass, and the step that follows may take a third longer, which would make
     * every draft look cheap if it were left out, or if it were part of what plain decoding seems to cost.
     *
     * <p>Some are timed after few tokens and after many, which tells what it costs to look back at more.
     */
    public static PassCost measure(Target target) {
        int few = Math.min(FEW, target.capacity() / 4);
        int many = Math.min(MANY, target.capacity() * 3 / 4);
        return new PassCost(curve(target, few, many, 1), null, measureShared(target, (few + many) / 2));
    }

    /**
     * The same for a target that always looks back at about as many tokens.
     *
     * @param cachedTokens how many the measured sessions hold
     */
    public static PassCost measure(Target target, int cachedTokens) {
        return new PassCost(curve(target, cachedTokens, 0, 1), null, measureShared(target, cachedTokens));
    }

    /** The same for one whose passes score one sequence only. */
    public static PassCost measureAlone(Target target, int cachedTokens) {
        return new PassCost(curve(target, cachedTokens, 0, 1), null, null);
    }

    /** The same for one that is also asked for two sequences with as many rows each, as guided ones have. */
    public static PassCost measureWithPairs(Target target, int cachedTokens) {
        return new PassCost(
                curve(target, cachedTokens, 0, 1),
                curve(target, cachedTokens, 0, 2),
                measureShared(target, cachedTokens));
    }

    private static int most(Target target, int cachedTokens) {
        return Math.min(64, target.capacity() - cachedTokens);
    }

    private static Curve curve(Target target, int few, int many, int sequences) {
        return withSessions(
                target,
                few,
                sequences,
                sessions -> withSessions(
                        target,
                        many,
                        many > few ? sequences : 0,
                        lookingBack -> curve(target, few, sessions, many, lookingBack)));
    }

    private static Curve curve(
            Target target, int few, List<Target.Session> sessions, int many, List<Target.Session> lookingBack) {
        int most = most(target, few);
        int[] rows = IntStream.concat(Arrays.stream(MEASURED_ROWS).filter(r -> r < most), IntStream.of(most))
                .toArray();
        int more = Math.min(ROWS_LOOKING_BACK, most(target, many));
        List<DoubleSupplier> measurements = new ArrayList<>();
        for (int size : rows) {
            measurements.add(timing(target, sessions, size));
        }
        if (!lookingBack.isEmpty()) {
            measurements.add(timing(target, lookingBack, 1));
            measurements.add(timing(target, lookingBack, more));
        }
        // In turns, so that a machine that is slow for a while is slow for all.
        double[] taken = least(REPETITIONS, measurements.toArray(DoubleSupplier[]::new));
        double[] seconds = interpolate(rows, passes(Arrays.copyOf(taken, rows.length)));
        double[] aToken = new double[seconds.length];
        if (!lookingBack.isEmpty() && more > 1) {
            double[] then = passes(Arrays.copyOfRange(taken, rows.length, taken.length));
            double ofOne = Math.max(0, then[0] - seconds[0]) / (many - few);
            double ofMore = Math.max(ofOne, (then[1] - seconds[more - 1]) / (many - few));
            for (int i = 0; i < aToken.length; i++) {
                aToken[i] = ofOne + i * (ofMore - ofOne) / (more - 1);
            }
        }
        return new Curve(seconds, few, aToken);
    }

    private static DoubleSupplier timing(Target target, List<Target.Session> sessions, int rows) {
        return rows == 1
                ? () -> stepAmongItsLike(target, sessions)
                : () -> seconds(target, sessions, rows) + seconds(target, sessions, 1);
    }

    /** Of a step and of larger passes with one: what they take over it. */
    private static double[] passes(double[] taken) {
        for (int i = 1; i < taken.length; i++) {
            taken[i] = Math.max(taken[0], taken[i] - taken[0]);
        }
        return taken;
    }

    private static double stepAmongItsLike(Target target, List<Target.Session> sessions) {
        for (int i = 0; i < STEPS_BEFORE_A_TIMED_ONE; i++) {
            seconds(target, sessions, 1);
        }
        return seconds(target, sessions, 1);
    }

    /** From passes of two and of four sequences, and of four with more rows. */
    private static Shared measureShared(Target target, int cachedTokens) {
        int rows = Math.min(SHARED_ROWS, most(target, cachedTokens));
        return withSessions(target, cachedTokens, 4, sessions -> {
            double[] taken = least(
                    SHARED_REPETITIONS,
                    () -> stepAmongItsLike(target, sessions.subList(0, 2)),
                    () -> stepAmongItsLike(target, sessions),
                    () -> seconds(target, sessions, rows) + seconds(target, sessions, 1));
            double two = taken[0];
            double four = Math.max(two, taken[1]);
            double all = Math.max(four, taken[2] - four);
            double sequence = (four - two) / 2;
            return new Shared(two - sequence, sequence, (all - four) / (4 * Math.max(1, rows - 1)));
        });
    }

    private static <T> T withSessions(
            Target target, int cachedTokens, int count, Function<List<Target.Session>, T> measurement) {
        List<Target.Session> sessions = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sessions.add(target.open());
                sessions.get(i).append(someTokens(cachedTokens, target.vocabularySize()));
            }
            return measurement.apply(sessions);
        } finally {
            sessions.forEach(Target.Session::close);
        }
    }

    /**
     * The least that measurements take which are repeated in turns: what disturbs one only ever lengthens it, and while
     * other services start beside this one, most are disturbed.
     */
    private static double[] least(int repetitions, DoubleSupplier... measurements) {
        double[] least = new double[measurements.length];
        for (int i = -WARM_UPS; i < repetitions; i++) {
            for (int j = 0; j < measurements.length; j++) {
                double taken = measurements[j].getAsDouble();
                least[j] = i <= 0 ? taken : Math.min(least[j], taken);
            }
        }
        return least;
    }

    /** Times one pass over a chain behind each session, which is dropped again. */
    private static double seconds(Target target, List<Target.Session> sessions, int rows) {
        TokenTree chain = chain(rows, target.vocabularySize());
        List<Target.Step> steps = sessions.stream()
                .map(session -> new Target.Step(session, chain))
                .toList();
        long begin = System.nanoTime();
        target.score(steps);
        double taken = Math.max(1, System.nanoTime() - begin) / 1e9;
        sessions.forEach(session -> session.commit(new int[0]));
        return taken;
    }

    /**
     * Tells what a sequence's rows go beside in the coming passes, until told otherwise: {@link #seconds} are then those
     * of a pass of its rows and these. {@link DecodingLoop} tells it before a sequence drafts.
     *
     * @param sequences all other ones
     * @param rows of theirs
     * @param tokensPerPass that they gain together
     */
    void beside(int sequences, int rows, double tokensPerPass) {
        others = sequences;
        otherRows = rows;
        otherTokens = tokensPerPass;
    }

    /** Tells how many tokens the coming passes of a sequence look back at, until told otherwise. */
    void lookingBackAt(int tokens) {
        one.lookingBackAt(tokens);
    }

    /** Tokens of a pass that other sequences gain: what a second is worth counts these too. */
    public double otherTokens() {
        return otherTokens;
    }

    /** The largest number of rows that is known rather than extrapolated. */
    public int maximumRows() {
        return one.monotone.length;
    }

    /** Seconds that a pass of so many rows of a sequence takes; at least 1 row. */
    public double seconds(int rows) {
        return seconds(1, rows);
    }

    /**
     * Seconds that a pass of one or two sequences takes, of a request that has so many.
     *
     * @param rows of each, at least 1
     */
    double seconds(int sequences, int rows) {
        if (others > 0 && shared != null) {
            return shared.seconds(others + sequences, otherRows + sequences * rows);
        }
        if (sequences == 2 && two != null) {
            return two.seconds(rows);
        }
        return one.seconds(otherRows + sequences * rows);
    }

    /** Learns from a pass of several sequences. */
    void observe(int sequences, int rows, double seconds) {
        if (shared != null) {
            shared = shared.times(Math.exp(COMMON_SHARE * surprise(seconds, shared.seconds(sequences, rows))));
        }
    }

    /** Learns from a pass of one sequence alone. */
    public void observe(int rows, double seconds) {
        observeAlone(1, rows, seconds);
    }

    /** Learns from a pass of one request alone, whose sequences have so many rows each. */
    void observeAlone(int sequences, int rows, double seconds) {
        if (others > 0 || !(seconds > 0)) {
            return;
        }
        if (sequences == 2 && two != null) {
            two.observe(rows, seconds);
        } else {
            one.observe(sequences * rows, seconds);
        }
    }

    private static double surprise(double seconds, double expected) {
        return Math.max(-LARGEST_SURPRISE, Math.min(LARGEST_SURPRISE, Math.log(seconds / expected)));
    }

    private static int[] someTokens(int count, int vocabularySize) {
        int[] tokens = new int[count];
        for (int i = 0; i < count; i++) {
            tokens[i] = (i * 31 + 1) % vocabularySize;
        }
        return tokens;
    }

    private static TokenTree chain(int rows, int vocabularySize) {
        int[] tokens = someTokens(rows, vocabularySize);
        TokenTree tree = new TokenTree(tokens[0]);
        for (int i = 1; i < rows; i++) {
            tree.add(i - 1, tokens[i], 1, "measurement");
        }
        return tree;
    }

    private static double[] interpolate(int[] rows, double[] seconds) {
        double[] all = new double[rows[rows.length - 1]];
        for (int i = 0; i < rows.length; i++) {
            all[rows[i] - 1] = seconds[i];
            for (int r = i == 0 ? rows[0] : rows[i - 1] + 1; r < rows[i]; r++) {
                double share = (double) (r - rows[i - 1]) / (rows[i] - rows[i - 1]);
                all[r - 1] = seconds[i - 1] + share * (seconds[i] - seconds[i - 1]);
            }
        }
        return all;
    }

    /** Seconds by rows: after a number of tokens, and what each token more adds. */
    private static final class Curve {
        private final double[] measured;
        private final int after;
        private final double[] aToken;
        private final double[] current;
        private final double[] monotone;
        private int tokens;

        Curve(double[] secondsByRows, int after, double[] aToken) {
            for (double seconds : secondsByRows) {
                if (!(seconds > 0)) {
                    throw new IllegalArgumentException("a pass cannot cost " + seconds + " seconds");
                }
            }
            measured = secondsByRows.clone();
            this.after = after;
            this.aToken = aToken;
            current = new double[measured.length];
            monotone = new double[measured.length];
            lookingBackAt(after);
        }

        /** Fewer than were measured cost as much. */
        void lookingBackAt(int cached) {
            tokens = Math.max(after, cached);
            for (int i = 0; i < current.length; i++) {
                current[i] = measured[i] + (tokens - after) * aToken[i];
            }
            smooth();
        }

        double seconds(int rows) {
            if (rows <= monotone.length) {
                return monotone[rows - 1];
            }
            return monotone[monotone.length - 1] * rows / monotone.length;
        }

        /** A single outlier (a pause of the machine) moves little. */
        void observe(int rows, double seconds) {
            if (rows > measured.length) {
                return;
            }
            double bounded = surprise(seconds, current[rows - 1]);
            double common = Math.exp(COMMON_SHARE * bounded);
            for (int i = 0; i < measured.length; i++) {
                measured[i] *= common;
                aToken[i] *= common;
            }
            measured[rows - 1] *= Math.exp(OWN_SHARE * bounded);
            lookingBackAt(tokens);
        }

        /** The closest non-decreasing sequence, by pooling adjacent violators (Ayer et al., 1955). */
        private void smooth() {
            double[] means = new double[measured.length];
            int[] lengths = new int[measured.length];
            int blocks = 0;
            for (double seconds : current) {
                means[blocks] = seconds;
                lengths[blocks] = 1;
                while (blocks > 0 && means[blocks - 1] > means[blocks]) {
                    int length = lengths[blocks - 1] + lengths[blocks];
                    means[blocks - 1] =
                            (means[blocks - 1] * lengths[blocks - 1] + means[blocks] * lengths[blocks]) / length;
                    lengths[blocks - 1] = length;
                    blocks--;
                }
                blocks++;
            }
            int row = 0;
            for (int block = 0; block < blocks; block++) {
                Arrays.fill(monotone, row, row + lengths[block], means[block]);
                row += lengths[block];
            }
        }
    }
}
