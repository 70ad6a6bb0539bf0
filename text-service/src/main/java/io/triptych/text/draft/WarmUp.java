package io.triptych.text.draft;

import io.triptych.sampling.Categorical;
import io.triptych.sampling.CounterRandom;
import io.triptych.sampling.SamplingParameters;
import io.triptych.speculation.Contract;
import io.triptych.speculation.Drafter;
import io.triptych.speculation.TokenHistory;
import io.triptych.speculation.TokenTree;
import io.triptych.speculation.Verdict;
import java.util.Arrays;

/**
 * Drafts for made-up text before the first request. Until it is compiled, drafting takes ten times as long as later,
 * does not pay, and would be left off for most of the first requests.
 */
final class WarmUp {
    private static final int PASSES = 400;
    private static final int PROMPT = 200;
    private static final int BUDGET = 24;
    private static final double[] TEMPERATURES = {0, 0.8};

    /** The text has few different tokens, so that all sources find something. */
    private static final int DIFFERENT_TOKENS = 64;

    private final TextDrafters drafters;
    private final int vocabularySize;
    private final CounterRandom random = new CounterRandom(0);

    /** @param drafters which learn from this what is not so: they serve nobody afterwards */
    WarmUp(TextDrafters drafters, int vocabularySize) {
        this.drafters = drafters;
        this.vocabularySize = vocabularySize;
    }

    void run() {
        for (double temperature : TEMPERATURES) {
            DraftContext context =
                    new DraftContext(Contract.EXACT, SamplingParameters.ofTemperature(temperature), random);
            try (Drafter drafter = drafters.create(drafters.names(), context)) {
                run(drafter);
            }
        }
    }

    private void run(Drafter drafter) {
        int[] prompt = new int[PROMPT];
        for (int i = 0; i < PROMPT; i++) {
            prompt[i] = token(i);
        }
        TokenHistory history = new TokenHistory(prompt);
        float[] row = new float[vocabularySize];
        for (int token = 0; token < row.length; token++) {
            row[token] = (float) random.gumbel(CounterRandom.Stream.DRAFT, -1, token);
        }
        Categorical processed = Categorical.ofLogits(row.clone(), 1);
        for (int pass = 0; pass < PASSES; pass++) {
            TokenTree tree = drafter.draft(history, BUDGET);
            int[] path = firstBranch(tree);
            for (int node : path) {
                history.append(tree.token(node));
            }
            int next = token(history.size());
            history.append(next);
            drafter.observe(history, tree, node -> row.clone(), node -> processed, new Verdict(path, next, false));
        }
    }

    private int token(int position) {
        double uniform = random.uniform(CounterRandom.Stream.DRAFT, position, 0);
        return (int) (uniform * uniform * Math.min(DIFFERENT_TOKENS, vocabularySize));
    }

    /** As if the target had accepted all first children, to a depth of three. */
    private static int[] firstBranch(TokenTree tree) {
        int[] path = new int[3];
        int length = 0;
        int node = tree.firstChild(TokenTree.ROOT);
        while (node != TokenTree.NONE && length < path.length) {
            path[length++] = node;
            node = tree.firstChild(node);
        }
        return Arrays.copyOf(path, length);
    }
}
