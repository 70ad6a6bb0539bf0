package io.triptych.text.draft;

import io.triptych.speculation.TokenHistory;

/**
 * Copies what followed the latest earlier place in the sequence that ends as it does now (Saxena, "Prompt lookup
 * decoding", 2023).
 */
final class PromptLookupSource implements CandidateSource {
    static final String NAME = "prompt-lookup";
    private static final int LONGEST = 8;
    private static final int DEEPEST = 16;

    private TokenHistory history;
    private int from;
    private int matched;

    /** Whether a node ends a copy of what stands from {@link #from} on. */
    private final boolean[] onCopy = new boolean[CandidateTree.CAPACITY];

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int kinds() {
        return LONGEST;
    }

    @Override
    public void begin(TokenHistory current) {
        history = current;
        onCopy[CandidateTree.ROOT] = true;
        matched = 0;
        int last = current.size() - 1;
        for (int end = last - 1; end >= 0 && matched < LONGEST; end--) {
            int length = 0;
            while (length < LONGEST && length <= end && current.get(end - length) == current.get(last - length)) {
                length++;
            }
            if (length > matched) {
                matched = length;
                from = end + 1;
            }
        }
    }

    @Override
    public void follow(CandidateTree tree, int node) {
        int copied = from + tree.depth(node) - 1;
        onCopy[node] = onCopy[tree.parent(node)] && copied < history.size() && tree.token(node) == history.get(copied);
    }

    @Override
    public void propose(CandidateTree tree, int node, int source) {
        int depth = tree.depth(node);
        if (matched == 0 || !onCopy[node] || depth == DEEPEST || from + depth >= history.size()) {
            return;
        }
        int token = history.get(from + depth);
        int length = Math.min(LONGEST, matched + depth);
        tree.propose(node, token, source, length - 1, length / (length + 1.0), false);
    }
}
