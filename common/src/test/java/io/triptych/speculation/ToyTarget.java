package io.triptych.speculation;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A target without a model: its logits are a hash of the last tokens, so text repeats now and then and a drafter can
 * be right. Its sessions hold callers to the protocol of {@link Target} to the letter. For the tests of every module.
 */
public final class ToyTarget implements Target {
    private final int vocabularySize;
    private final int capacity;
    private final int order;
    private long pass;
    private int mostSteps;
    private int open;

    /** @param order how many of the last tokens the logits depend on */
    public ToyTarget(int vocabularySize, int capacity, int order) {
        this.vocabularySize = vocabularySize;
        this.capacity = capacity;
        this.order = order;
    }

    @Override
    public int vocabularySize() {
        return vocabularySize;
    }

    @Override
    public int capacity() {
        return capacity;
    }

    /** The most steps that one pass had. */
    public int mostSteps() {
        return mostSteps;
    }

    /** Sessions that nobody has closed yet. */
    public int openSessions() {
        return open;
    }

    /** The logits after a sequence of tokens; large enough apart that one token has most of the probability. */
    public float[] logits(int[] tokens) {
        int[] context = Arrays.copyOfRange(tokens, Math.max(0, tokens.length - order), tokens.length);
        Random random = new Random(0x5DEECE66DL * Arrays.hashCode(context));
        float[] logits = new float[vocabularySize];
        for (int token = 0; token < vocabularySize; token++) {
            logits[token] = (float) (2.5 * random.nextGaussian());
        }
        return logits;
    }

    @Override
    public ToySession open() {
        open++;
        return new ToySession();
    }

    @Override
    public List<Scores> score(List<Step> steps) {
        pass++;
        mostSteps = Math.max(mostSteps, steps.size());
        Map<Session, Boolean> seen = new IdentityHashMap<>();
        for (Step step : steps) {
            require(seen.put(step.session(), true) == null, "a session stands twice in a pass");
        }
        return steps.stream()
                .map(step -> ((ToySession) step.session()).score(step))
                .toList();
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new IllegalArgumentException(what);
        }
    }

    /** The tokens that are cached, and the tree that was scored behind them. */
    public final class ToySession implements Session {
        private int[] cached = new int[0];
        private TokenTree tree;
        private int scored;
        private boolean closed;

        private Scores score(Step step) {
            require(!closed, "the session is closed");
            TokenTree draft = step.tree();
            require(cached.length + draft.size() <= capacity, "no room for the tree");
            require(step.from() == (draft == tree ? scored : 0), "nodes are missing or scored twice");
            require(step.from() == 0 || draft == tree, "another tree was scored before");
            require(step.from() > 0 || tree == null, "the tree before was neither committed nor dropped");
            tree = draft;
            scored = draft.size();
            int[] before = cached;
            long valid = pass;
            return node -> {
                require(pass == valid, "scores are used after the next pass");
                require(node >= step.from() && node < draft.size(), "node " + node + " was not scored");
                int[] path = draft.pathTokens(node);
                int[] tokens = Arrays.copyOf(before, before.length + 1 + path.length);
                tokens[before.length] = draft.token(TokenTree.ROOT);
                System.arraycopy(path, 0, tokens, before.length + 1, path.length);
                return logits(tokens);
            };
        }

        /** The committed, cached tokens. */
        public int[] cached() {
            return cached.clone();
        }

        @Override
        public int length() {
            return cached.length;
        }

        @Override
        public void append(int[] tokens) {
            require(!closed && tree == null, "append to a closed session or behind a scored tree");
            require(cached.length + tokens.length <= capacity, "no room for the tokens");
            int length = cached.length;
            cached = Arrays.copyOf(cached, length + tokens.length);
            System.arraycopy(tokens, 0, cached, length, tokens.length);
        }

        @Override
        public void commit(int[] nodes) {
            require(!closed && tree != null, "nothing was scored since the last commit");
            int[] kept = new int[nodes.length];
            for (int i = 0; i < nodes.length; i++) {
                require(nodes[i] < scored, "node " + nodes[i] + " was not scored");
                require(tree.parent(nodes[i]) == (i == 0 ? TokenTree.NONE : nodes[i - 1]), "the nodes are no path");
                kept[i] = tree.token(nodes[i]);
            }
            tree = null;
            append(kept);
        }

        @Override
        public void truncate(int length) {
            require(!closed && length <= cached.length, "cannot truncate to " + length);
            tree = null;
            cached = Arrays.copyOf(cached, length);
        }

        @Override
        public void close() {
            require(!closed, "closed twice");
            closed = true;
            open--;
        }
    }
}
