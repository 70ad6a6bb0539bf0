package io.triptych.text;

import io.triptych.speculation.Drafter;
import io.triptych.speculation.ScriptedTarget;
import io.triptych.speculation.TokenHistory;
import io.triptych.speculation.TokenTree;
import io.triptych.text.draft.DraftContext;
import io.triptych.text.draft.DrafterFactory;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Drafts what the scripted target will say, four tokens at a time, beside a wrong sibling for each. */
public final class ScriptedDrafters implements DrafterFactory {
    static final String NAME = "script";
    private static final int DEPTH = 4;

    private final ScriptedTarget target;
    private final List<int[]> remembered = new CopyOnWriteArrayList<>();

    ScriptedDrafters(ScriptedTarget target) {
        this.target = target;
    }

    /** What it was told to remember, in this order. */
    public List<int[]> remembered() {
        return remembered;
    }

    @Override
    public List<String> names() {
        return List.of(NAME);
    }

    @Override
    public Drafter create(List<String> names, DraftContext context) {
        if (!names.equals(names())) {
            throw new IllegalArgumentException("there is no drafter '" + names.get(0) + "'");
        }
        return new Drafter() {
            @Override
            public String name() {
                return NAME;
            }

            @Override
            public TokenTree draft(TokenHistory history, int budget) {
                TokenTree tree = new TokenTree(history.last());
                int node = TokenTree.ROOT;
                int[] script = target.script();
                for (int i = 0; i < DEPTH && tree.size() + 1 < budget; i++) {
                    int token = script[Math.min(history.size() - 1 + i, script.length - 1)];
                    tree.add(node, (token + 1) % target.vocabularySize(), 0.1, NAME);
                    node = tree.add(node, token, 0.9, NAME);
                }
                return tree;
            }
        };
    }

    @Override
    public void remember(int[] tokens) {
        remembered.add(tokens);
    }

    @Override
    public void close() {}
}
