package io.triptych.bench;

import io.triptych.speculation.Target;
import io.triptych.speculation.TokenTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Counts the rows of logits that change in any bit when a token is scored in company: a text is scored token by token,
 * then again in passes over random trees that hold its next tokens among wrong drafts, every other pass shared with
 * another sequence.
 */
final class BitsBench {
    private static final int LONGEST_PATH = 12;
    private static final int MOST_WRONG = 40;
    private static final String TRUE = "true";
    private static final String WRONG = "wrong";

    private final Target target;
    private final Random random = new Random(1);

    BitsBench(Target target) {
        this.target = target;
    }

    /**
     * What a comparison saw.
     *
     * @param rows compared
     * @param differing those with any bit changed
     */
    record Outcome(int rows, int differing) {
        Outcome plus(Outcome other) {
            return new Outcome(rows + other.rows, differing + other.differing);
        }
    }

    Outcome compare(int[] text) {
        float[][] alone = scoredAlone(text);
        int differing = 0;
        try (Target.Session session = target.open();
                Target.Session neighbour = target.open()) {
            neighbour.append(Arrays.copyOf(text, text.length / 2));
            boolean shared = false;
            for (int from = 0; from < text.length; shared = !shared) {
                TokenTree tree = treeAround(text, from, Math.min(random.nextInt(LONGEST_PATH) + 1, text.length - from));
                List<Target.Step> pass = new ArrayList<>();
                if (shared) {
                    pass.add(new Target.Step(neighbour, treeAround(text, 0, 1)));
                }
                pass.add(new Target.Step(session, tree));
                Target.Scores scores = target.score(pass).get(pass.size() - 1);
                int[] path = path(tree);
                for (int i = 0; i < path.length; i++) {
                    differing += Arrays.equals(scores.logits(path[i]), alone[from + i]) ? 0 : 1;
                }
                session.commit(path);
                neighbour.commit(new int[0]);
                from += path.length;
            }
        }
        return new Outcome(text.length, differing);
    }

    private float[][] scoredAlone(int[] text) {
        float[][] rows = new float[text.length][];
        try (Target.Session session = target.open()) {
            for (int i = 0; i < text.length; i++) {
                Target.Step step = new Target.Step(session, new TokenTree(text[i]));
                rows[i] = target.score(List.of(step)).get(0).logits(TokenTree.ROOT);
                session.commit(new int[] {TokenTree.ROOT});
            }
        }
        return rows;
    }

    /** A tree rooted in {@code text[from]} whose nodes are the tokens after it and, in random places, wrong ones. */
    private TokenTree treeAround(int[] text, int from, int length) {
        TokenTree tree = new TokenTree(text[from]);
        int lastTrue = TokenTree.ROOT;
        int next = from + 1;
        int wrong = random.nextInt(MOST_WRONG + 1);
        while (next < from + length || wrong > 0) {
            if (wrong == 0 || (next < from + length && random.nextBoolean())) {
                lastTrue = tree.add(lastTrue, text[next++], 1, TRUE);
            } else {
                wrong--;
                int parent = random.nextInt(tree.size());
                int token = random.nextInt(target.vocabularySize());
                boolean right =
                        from + tree.depth(parent) + 1 < text.length && token == text[from + tree.depth(parent) + 1];
                if (!right && tree.child(parent, token) == TokenTree.NONE) {
                    tree.add(parent, token, 0, WRONG);
                }
            }
        }
        return tree;
    }

    /** The root and the nodes of the text itself, in order. */
    private static int[] path(TokenTree tree) {
        int[] path = new int[tree.size()];
        int length = 1;
        for (int node = 1; node < tree.size(); node++) {
            if (tree.source(node).equals(TRUE)) {
                path[length++] = node;
            }
        }
        return Arrays.copyOf(path, length);
    }
}
