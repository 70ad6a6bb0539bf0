package io.triptych.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.triptych.speculation.Target;
import io.triptych.speculation.TokenTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BitsBenchTest {
    private static final int[] TEXT =
            new Random(1).ints(200, 0, ToyTarget.VOCABULARY).toArray();

    @Test
    void findsNothingWhereRowsDependOnTheirPathsAlone() {
        assertThat(new BitsBench(new ToyTarget(0)).compare(TEXT)).isEqualTo(new BitsBench.Outcome(200, 0));
    }

    /** Passes of a single row score as single steps do; all others are off by the last bit in one logit. */
    @Test
    void findsTheLastBitOfOneLogitInLargePasses() {
        BitsBench.Outcome outcome = new BitsBench(new ToyTarget(1)).compare(TEXT);

        assertThat(outcome.rows()).isEqualTo(200);
        assertThat(outcome.differing()).isGreaterThan(150);
    }

    /** Logits are hashes of the tokens up to the row; in passes of several rows {@code offBy} units in last place off. */
    private record ToyTarget(int offBy) implements Target {
        private static final int VOCABULARY = 50;

        @Override
        public int vocabularySize() {
            return VOCABULARY;
        }

        @Override
        public int capacity() {
            return 400;
        }

        @Override
        public Session open() {
            return new ToySession();
        }

        @Override
        public List<Scores> score(List<Step> steps) {
            int rows = steps.stream().mapToInt(step -> step.tree().size()).sum();
            List<Scores> scores = new ArrayList<>();
            for (Step step : steps) {
                ToySession session = (ToySession) step.session();
                session.scored = step.tree();
                List<Integer> cached = List.copyOf(session.tokens);
                scores.add(node -> logits(cached, step.tree(), node, rows > 1 ? offBy : 0));
            }
            return scores;
        }

        private static float[] logits(List<Integer> cached, TokenTree tree, int node, int offBy) {
            List<Integer> prefix = new ArrayList<>(cached);
            prefix.add(tree.token(TokenTree.ROOT));
            Arrays.stream(tree.pathTokens(node)).forEach(prefix::add);
            Random random = new Random(prefix.hashCode());
            float[] logits = new float[VOCABULARY];
            for (int i = 0; i < VOCABULARY; i++) {
                logits[i] = 1 + random.nextFloat();
            }
            logits[7] += offBy * Math.ulp(logits[7]);
            return logits;
        }
    }

    private static final class ToySession implements Target.Session {
        private final List<Integer> tokens = new ArrayList<>();
        private TokenTree scored;

        @Override
        public int length() {
            return tokens.size();
        }

        @Override
        public void append(int[] added) {
            Arrays.stream(added).forEach(tokens::add);
        }

        @Override
        public void commit(int[] nodes) {
            for (int node : nodes) {
                tokens.add(scored.token(node));
            }
        }

        @Override
        public void truncate(int length) {
            tokens.subList(length, tokens.size()).clear();
        }

        @Override
        public void close() {}
    }
}
