package io.triptych.text.draft;

import io.triptych.sampling.CounterRandom;
import io.triptych.speculation.Target;
import io.triptych.speculation.TokenTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A model whose logits depend on the last two tokens only, as hashes. A draft model is the same with some error. It
 * insists on the contract of {@link Target}: what was not scored cannot be kept, and rows of an older pass are gone.
 */
final class ToyTarget implements Target {
    private final int vocabularySize;
    private final int capacity;
    private final long seed;
    private final double spread;
    private final double error;
    private int passes;

    ToyTarget(int vocabularySize, int capacity, long seed, double spread, double error) {
        this.vocabularySize = vocabularySize;
        this.capacity = capacity;
        this.seed = seed;
        this.spread = spread;
        this.error = error;
    }

    int passes() {
        return passes;
    }

    @Override
    public int vocabularySize() {
        return vocabularySize;
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public Session open() {
        return new ToySession();
    }

    @Override
    public List<Scores> score(List<Step> steps) {
        int pass = ++passes;
        List<Scores> all = new ArrayList<>();
        for (Step step : steps) {
            ToySession session = (ToySession) step.session();
            session.take(step);
            all.add(node -> {
                if (pass != passes || node < step.from() || node >= step.tree().size()) {
                    throw new IllegalStateException("row " + node + " is not of the last pass");
                }
                return logits(session.before(step.tree(), node), step.tree().token(node));
            });
        }
        return all;
    }

    /** The distribution at temperature 1 of the token after two. */
    double[] probabilitiesAfter(int second, int last) {
        float[] logits = logits(second, last);
        double[] probabilities = new double[vocabularySize];
        for (int token = 0; token < vocabularySize; token++) {
            probabilities[token] = Math.exp(logits[token]);
        }
        double sum = Arrays.stream(probabilities).sum();
        return Arrays.stream(probabilities).map(p -> p / sum).toArray();
    }

    private float[] logits(int second, int last) {
        float[] logits = new float[vocabularySize];
        CounterRandom values = new CounterRandom(seed);
        CounterRandom errors = new CounterRandom(seed + 1);
        long context = (long) second * vocabularySize + last;
        for (int token = 0; token < vocabularySize; token++) {
            logits[token] = (float) (spread * values.gumbel(CounterRandom.Stream.TARGET, context, token)
                    + error * errors.gumbel(CounterRandom.Stream.TARGET, context, token));
        }
        return logits;
    }

    private final class ToySession implements Session {
        private int[] cached = new int[0];
        private TokenTree scored;
        private int scoredNodes;
        private boolean open = true;

        private void take(Step step) {
            check(open, "closed");
            check(step.from() == scoredNodes, "rows from " + step.from() + " after " + scoredNodes);
            check(step.from() == 0 || step.tree() == scored, "another tree");
            check(cached.length + step.tree().size() <= capacity, "no room");
            scored = step.tree();
            scoredNodes = step.tree().size();
        }

        private int before(TokenTree tree, int node) {
            if (node != TokenTree.ROOT) {
                return tree.token(tree.parent(node));
            }
            return cached.length == 0 ? 0 : cached[cached.length - 1];
        }

        @Override
        public int length() {
            return cached.length;
        }

        @Override
        public void append(int[] tokens) {
            check(open && scored == null, "append to a closed session or a scored tree");
            int length = cached.length;
            cached = Arrays.copyOf(cached, length + tokens.length);
            System.arraycopy(tokens, 0, cached, length, tokens.length);
        }

        @Override
        public void commit(int[] nodes) {
            check(scored != null, "nothing scored");
            int length = cached.length;
            cached = Arrays.copyOf(cached, length + nodes.length);
            for (int i = 0; i < nodes.length; i++) {
                check(nodes[i] < scoredNodes, "node " + nodes[i] + " was not scored");
                check(scored.parent(nodes[i]) == (i == 0 ? TokenTree.NONE : nodes[i - 1]), "not a path");
                cached[length + i] = scored.token(nodes[i]);
            }
            scored = null;
            scoredNodes = 0;
        }

        @Override
        public void truncate(int length) {
            cached = Arrays.copyOf(cached, length);
            scored = null;
            scoredNodes = 0;
        }

        @Override
        public void close() {
            open = false;
        }

        private void check(boolean condition, String problem) {
            if (!condition) {
                throw new IllegalStateException(problem);
            }
        }
    }
}
