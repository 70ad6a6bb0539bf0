package io.triptych.speculation;

import java.util.Random;

/** Drafts random trees, with duplicates among siblings; each node is with some probability what the target likes best. */
public final class RandomDrafter implements Drafter {
    private final String name;
    private final ToyTarget target;
    private final double skill;
    private final Random random;
    private int observed;
    private boolean closed;

    public RandomDrafter(String name, ToyTarget target, double skill, long seed) {
        this.name = name;
        this.target = target;
        this.skill = skill;
        this.random = new Random(seed);
    }

    int observed() {
        return observed;
    }

    boolean closed() {
        return closed;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public TokenTree draft(TokenHistory history, int budget) {
        TokenTree tree = new TokenTree(history.last());
        int nodes = random.nextInt(budget + 1);
        for (int i = 0; i < nodes; i++) {
            int parent = random.nextInt(3) == 0 ? random.nextInt(tree.size()) : tree.size() - 1;
            int[] path = tree.pathTokens(parent);
            int[] tokens = new int[history.size() + path.length];
            for (int t = 0; t < tokens.length; t++) {
                tokens[t] = t < history.size() ? history.get(t) : path[t - history.size()];
            }
            float[] logits = target.logits(tokens);
            int token = random.nextInt(logits.length);
            for (int other = 0; random.nextDouble() < skill && other < logits.length; other++) {
                token = logits[other] > logits[token] ? other : token;
            }
            tree.add(parent, token, random.nextDouble(), name);
        }
        return tree;
    }

    @Override
    public void observe(
            TokenHistory history, TokenTree tree, Target.Scores scores, TargetDistribution target, Verdict verdict) {
        observed++;
        if (history.last() != verdict.next()) {
            throw new AssertionError("observed before the history has taken the pass's tokens");
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
