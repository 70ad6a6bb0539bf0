package io.triptych.decoder;

import io.triptych.speculation.Target;
import io.triptych.speculation.TokenTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One sequence of text tokens and codes. A text token is a row of the backbone, and so is a frame once it is complete;
 * the codes of the frame under way are rows of the depth decoder. What the depth decoder lacks of them is brought along
 * when it scores next.
 */
public final class CsmSession implements Target.Session {
    private final CsmDecoder decoder;
    private final CsmConfig config;
    private final CsmBackboneEnds ends;
    private final LlamaSession backbone;
    private final LlamaSession depth;
    private int[] tokens = new int[256];
    private int length;
    private int frameCodes; // of the frame under way, the last of the tokens
    private Beginning beginning; // of the frame under way; null if not known any more

    private TokenTree tree; // scored since the last commit, with what follows from its root
    private int scored;
    private boolean rootEndsRow;
    private float[] rootLogits;
    private Beginning beginningAfterRoot;
    private int depthBefore; // rows that the depth decoder has before the root's
    private int depthScored; // rows that it has scored of the tree

    private long backbonePasses;
    private long depthPasses;

    /**
     * What the backbone says of a frame.
     *
     * @param start the depth decoder's first row
     * @param hidden what it is made of
     */
    @SuppressWarnings("ArrayRecordComponent")
    private record Beginning(float[] start, float[] hidden) {}

    CsmSession(CsmDecoder decoder, CsmBackboneEnds ends, LlamaSession backbone, LlamaSession depth) {
        this.decoder = decoder;
        this.config = decoder.config();
        this.ends = ends;
        this.backbone = backbone;
        this.depth = depth;
    }

    static CsmSession of(Target.Session session, CsmDecoder decoder) {
        if (session instanceof CsmSession mine && mine.decoder == decoder) {
            return mine;
        }
        throw new IllegalArgumentException("the session is not this decoder's");
    }

    /** Number of committed text tokens and codes. */
    @Override
    public int length() {
        return length;
    }

    /** Passes of the backbone in which this sequence had a part, not counting appended tokens. */
    public long backbonePasses() {
        return backbonePasses;
    }

    /**
     * The backbone's last hidden state after its final norm, of which the frame under way is spoken: what the depth
     * decoder's projector gets. Known from the commit of the token before the frame until the frame is complete, and
     * null where text or codes were appended or taken back since.
     */
    public float[] hidden() {
        return beginning == null ? null : beginning.hidden;
    }

    /** Passes of the depth decoder in which this sequence had a part. */
    public long depthPasses() {
        return depthPasses;
    }

    /**
     * Caches text tokens and codes.
     *
     * @throws IllegalArgumentException if text stands inside a frame, or codes before any text
     */
    @Override
    public void append(int[] added) {
        List<int[]> rows = new ArrayList<>();
        int codes = frameCodes;
        int[] frame = Arrays.copyOf(frameUnderWay(), config.codebooks());
        for (int i = 0; i < added.length; i++) {
            requireInOrder(added[i], codes, length + i == 0);
            if (added[i] >= config.codes()) {
                rows.add(new int[] {added[i] - config.codes()});
            } else {
                frame[codes++] = added[i];
                if (codes == config.codebooks()) {
                    rows.add(frame.clone());
                    codes = 0;
                }
            }
        }
        decoder.append(backbone, rows);
        if (!rows.isEmpty()) {
            depth.truncate(0);
            beginning = null;
        }
        for (int token : added) {
            take(token);
        }
        scored = 0;
    }

    @Override
    public void commit(int[] nodes) {
        for (int i = 0; i < nodes.length; i++) {
            boolean follows =
                    nodes[i] < scored && (i == 0 ? nodes[i] == TokenTree.ROOT : tree.parent(nodes[i]) == nodes[i - 1]);
            if (!follows) {
                throw new IllegalArgumentException("not a path of a scored tree of " + scored + " nodes");
            }
        }
        if (nodes.length > 0) {
            if (rootEndsRow) {
                backbone.commit(new int[] {TokenTree.ROOT});
                beginning = beginningAfterRoot;
            }
            depth.commit(depthScored == 0 ? new int[0] : depthPath(nodes));
            if (rootEndsRow && depthScored == 0) {
                depth.truncate(0);
            }
            for (int node : nodes) {
                take(tree.token(node));
            }
        }
        scored = 0;
    }

    @Override
    public void truncate(int newLength) {
        if (newLength < 0 || newLength > length) {
            throw new IllegalArgumentException("cannot truncate " + length + " tokens to " + newLength);
        }
        if (length - newLength <= frameCodes) {
            frameCodes -= length - newLength;
            length = newLength;
            depth.truncate(Math.min(depth.length(), 1 + frameCodes));
        } else {
            length = 0;
            frameCodes = 0;
            int rows = 0;
            while (length < newLength) {
                take(tokens[length]);
                rows += frameCodes == 0 ? 1 : 0;
            }
            backbone.truncate(rows);
            depth.truncate(0);
            beginning = null;
        }
        scored = 0;
    }

    @Override
    public void close() {
        backbone.close();
        depth.close();
    }

    // ---- a pass, as the decoder goes through it

    LlamaSession backbone() {
        return backbone;
    }

    /** Checks a step before anything runs. */
    void require(Target.Step step) {
        TokenTree added = step.tree();
        if (step.from() < 0 || step.from() > scored || step.from() > added.size()) {
            throw new IllegalArgumentException(
                    "nodes before " + step.from() + " must be scored, and " + scored + " are");
        }
        requireInOrder(added.token(TokenTree.ROOT), frameCodes, length == 0);
        if (added.size() > CsmDecoder.DRAFTED_NODES) {
            throw new IllegalArgumentException("a tree of " + added.size() + " nodes is too large");
        }
        boolean endsRow = endsRow(added.token(TokenTree.ROOT));
        if (endsRow) {
            backbone.requireRoom(new Target.Step(backbone, new TokenTree(0)));
        }
        for (int node = 1; node < added.size(); node++) {
            if (added.token(node) < 0 || added.token(node) >= config.codes()) {
                throw new IllegalArgumentException(
                        "token " + added.token(node) + " is no code of a codebook of " + config.codes());
            }
            int codebook = (endsRow ? -1 : frameCodes) + added.depth(node);
            if (codebook >= config.codebooks() - 1) {
                throw new IllegalArgumentException("a draft must end before a frame's last codebook, "
                        + (config.codebooks() - 1) + ", which nothing in its frame depends on");
            }
        }
    }

    /** Begins a pass; returns the row that it needs of the backbone, a text token or a frame's codes, or null. */
    int[] begin(Target.Step step) {
        tree = step.tree();
        if (step.from() == 0) {
            rootEndsRow = endsRow(tree.token(TokenTree.ROOT));
            depthScored = 0;
            if (rootEndsRow) {
                return row(tree.token(TokenTree.ROOT), frameUnderWay());
            }
        }
        if (!rootEndsRow && beginning == null) {
            int end = length - frameCodes;
            backbone.truncate(rowsOf(end) - 1);
            return row(tokens[end - 1], Arrays.copyOfRange(tokens, Math.max(0, end - config.codebooks()), end - 1));
        }
        return null;
    }

    /** Takes what the backbone made of the row: logits of codebook 0, and the depth decoder's first row. */
    void backboneScored(float[] output) {
        backbonePasses++;
        Beginning next = new Beginning(ends.start(output), ends.hidden(output));
        if (rootEndsRow) {
            rootLogits = Arrays.copyOf(output, config.codes());
            beginningAfterRoot = next;
        } else {
            backbone.commit(new int[] {TokenTree.ROOT});
            beginning = next;
        }
    }

    boolean needsDepth() {
        return !rootEndsRow || tree.size() > 1;
    }

    /** The depth decoder's part of a pass. Where the root is a row of the backbone, its place is the first row's. */
    Target.Step depthStep(int from) {
        if (depthScored == 0) {
            if (rootEndsRow) {
                depth.truncate(0);
            }
            depthBefore = rootEndsRow ? 0 : 1 + frameCodes - depth.length();
            depth.startFrom((rootEndsRow ? beginningAfterRoot : beginning).start);
        }
        TokenTree rows = null;
        for (int i = 0; i < depthBefore; i++) {
            int place = depth.length() + i; // 0: the first row, whose token says nothing
            rows = grown(rows, place == 0 ? 0 : frameUnderWay()[place - 1], i - 1);
        }
        rows = grown(rows, rootEndsRow ? 0 : tree.token(TokenTree.ROOT), depthBefore - 1);
        for (int node = 1; node < tree.size(); node++) {
            rows.add(depthBefore + tree.parent(node), tree.token(node), 1, tree.source(node));
        }
        int depthFrom = depthScored == 0 ? 0 : depthBefore + from;
        depthScored = rows.size();
        depthPasses++;
        return new Target.Step(depth, rows, depthFrom);
    }

    private static TokenTree grown(TokenTree rows, int token, int parent) {
        if (rows == null) {
            return new TokenTree(token);
        }
        rows.add(parent, token, 1, null);
        return rows;
    }

    /** Ends a pass; {@code depthScores} are null if the depth decoder had no part in it. */
    Target.Scores end(int from, Target.Scores depthScores) {
        scored = tree.size();
        int end = scored;
        int before = depthBefore;
        float[] ofRoot = rootEndsRow ? rootLogits : null;
        return node -> {
            if (node < from || node >= end) {
                throw new IllegalArgumentException(
                        "node " + node + " was not scored: only " + from + " to " + (end - 1));
            }
            return node == TokenTree.ROOT && ofRoot != null ? ofRoot.clone() : depthScores.logits(before + node);
        };
    }

    // ---- tokens and rows

    private boolean endsRow(int token) {
        return token >= config.codes() || frameCodes == config.codebooks() - 1;
    }

    /** The row that a token ends: its own if it is text, else the frame's. */
    private int[] row(int token, int[] codesBefore) {
        if (token >= config.codes()) {
            return new int[] {token - config.codes()};
        }
        int[] frame = Arrays.copyOf(codesBefore, config.codebooks());
        frame[config.codebooks() - 1] = token;
        return frame;
    }

    /** Rows of the backbone that the first tokens are, the last of which ends a row. */
    private int rowsOf(int count) {
        int text = (int) Arrays.stream(tokens, 0, count)
                .filter(token -> token >= config.codes())
                .count();
        return text + (count - text) / config.codebooks();
    }

    private int[] frameUnderWay() {
        return Arrays.copyOfRange(tokens, length - frameCodes, length);
    }

    private int[] depthPath(int[] nodes) {
        int[] path = new int[depthBefore + nodes.length];
        for (int i = 0; i < path.length; i++) {
            path[i] = i < depthBefore ? i : depthBefore + nodes[i - depthBefore];
        }
        return path;
    }

    private void take(int token) {
        if (length == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * length);
        }
        tokens[length++] = token;
        frameCodes = token >= config.codes() || frameCodes == config.codebooks() - 1 ? 0 : frameCodes + 1;
    }

    private void requireInOrder(int token, int codesBefore, boolean first) {
        if (token < 0 || token >= config.inputTokens()) {
            throw new IllegalArgumentException("token " + token + " is not in a vocabulary of " + config.inputTokens());
        }
        if (token >= config.codes() && codesBefore > 0) {
            throw new IllegalArgumentException("text token " + (token - config.codes()) + " stands inside a frame");
        }
        if (token < config.codes() && first) {
            throw new IllegalArgumentException("a sequence begins with text, not with a code");
        }
    }
}
