package io.triptych.bench;

import io.triptych.speculation.Target;
import io.triptych.speculation.TokenTree;
import java.util.List;
import java.util.Random;

/** Times single passes of a target over a session that holds 128 cached tokens and stays as it is. */
final class PassTimer implements AutoCloseable {
    static final int CACHED_TOKENS = 128;
    private static final int WARM_UPS = 5;

    private final Target target;
    private final Target.Session session;
    private final Random random = new Random(1);

    PassTimer(Target target) {
        this.target = target;
        session = target.open();
        session.append(randomTokens(target, random, CACHED_TOKENS));
    }

    /**
     * Runs passes of a size untimed: the first of a size may have buffers to make, and those right after larger ones
     * find other caches than those among their like.
     */
    void warmUp(int rows) {
        for (int i = 0; i < WARM_UPS; i++) {
            seconds(rows);
        }
    }

    /** The seconds that one pass over a chain of new tokens takes, one row for each. */
    double seconds(int rows) {
        int[] tokens = randomTokens(target, random, rows);
        TokenTree chain = new TokenTree(tokens[0]);
        for (int node = 1; node < rows; node++) {
            chain.add(node - 1, tokens[node], 1, "chain");
        }
        long begin = System.nanoTime();
        target.score(List.of(new Target.Step(session, chain)));
        double seconds = (System.nanoTime() - begin) / 1e9;
        session.commit(new int[0]);
        return seconds;
    }

    /** Tokens drawn uniformly from a target's vocabulary. */
    static int[] randomTokens(Target target, Random random, int count) {
        return random.ints(count, 0, target.vocabularySize()).toArray();
    }

    @Override
    public void close() {
        session.close();
    }
}
