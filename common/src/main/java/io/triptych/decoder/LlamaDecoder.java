package io.triptych.decoder;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import io.triptych.speculation.Target;
import io.triptych.speculation.TokenTree;
import io.triptych.torchscript.TorchScriptProgram;
import java.util.ArrayList;
import java.util.List;

/**
 * A decoder of the Llama family that scores token trees. A pass is one call of the TorchScript program
 * {@code llama_decoder.py.txt}, which is where to read what it computes.
 *
 * <p>A node's logits are the same bits whether it is scored alone, after a prompt cached in other pieces, in a tree
 * among wrong drafts, in parts, or beside other sequences; the program tells how. Not thread-safe: all calls, those of
 * the sessions included, belong to one thread at a time.
 */
public final class LlamaDecoder implements Target, AutoCloseable {
    /** Rows of a prompt that one pass caches. */
    private static final int PREFILL_ROWS = 64;

    private final LlamaConfig config;
    private final DecoderEnds ends;
    private final int capacity;
    private final DataType keyType;
    private final TorchScriptProgram program;
    private final SharedArray tokens;
    private final SharedArray given;
    private final float[] nothingGiven;
    private final SharedArray positions;
    private final SharedArray mask;
    private final SharedArray logits;
    private final IValue noLogits;
    private long passes;
    private boolean closed;

    private LlamaDecoder(LlamaArchive archive, TorchScriptProgram program) {
        this.config = archive.config();
        this.ends = archive.ends();
        this.capacity = archive.capacity();
        this.keyType = archive.precision() == Precision.INT8 ? DataType.FLOAT32 : DataType.FLOAT64;
        this.program = program;
        PtNDManager manager = program.manager();
        tokens = new SharedArray(manager, DataType.INT64, ends.terms());
        given = new SharedArray(manager, DataType.FLOAT32, config.hiddenSize());
        nothingGiven = new float[config.hiddenSize()];
        positions = new SharedArray(manager, DataType.INT64, 1);
        mask = new SharedArray(manager, DataType.FLOAT32, 1);
        logits = new SharedArray(manager, DataType.FLOAT32, ends.outputs());
        noLogits = IValue.from((PtNDArray) manager.create(new Shape(0, ends.outputs())));
    }

    /**
     * Writes the weights as the program wants them to a temporary file, as large as the decoder in memory, and loads
     * it.
     *
     * @param capacity the most tokens that a session can hold, drafts included
     */
    public static LlamaDecoder load(LlamaConfig config, LlamaWeights weights, Precision precision, int capacity) {
        return load(new LlamaArchive(config, weights, precision, capacity));
    }

    /** Loads a model that draws: its logits are of image codes; {@link JanusConfig} tells how tokens are numbered. */
    public static LlamaDecoder load(JanusConfig config, LlamaWeights weights, Precision precision, int capacity) {
        return load(new LlamaArchive(config, weights, precision, capacity));
    }

    static LlamaDecoder load(LlamaArchive archive) {
        return new LlamaDecoder(archive, TorchScriptProgram.load(archive.archive()));
    }

    /** The shape of the layers. */
    public LlamaConfig config() {
        return config;
    }

    /** Number of tokens that logits are of, and of what else a head puts behind them. */
    @Override
    public int vocabularySize() {
        return ends.outputs();
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public Session open() {
        requireOpen();
        return new LlamaSession(this, program.manager(), keyType);
    }

    @Override
    public List<Scores> score(List<Step> steps) {
        requireOpen();
        List<LlamaSession> sessions = new ArrayList<>(steps.size());
        for (Step step : steps) {
            LlamaSession session = LlamaSession.of(step.session(), this);
            session.requireRoom(step);
            if (sessions.contains(session)) {
                throw new IllegalArgumentException("a session stands twice in one pass");
            }
            sessions.add(session);
        }
        Pass pass = new Pass();
        List<Scores> scores = new ArrayList<>(steps.size());
        for (int i = 0; i < steps.size(); i++) {
            TokenTree tree = steps.get(i).tree();
            int from = steps.get(i).from();
            scores.add(new TreeScores(passes + 1, pass.rows - from, from, tree.size()));
            pass.add(sessions.get(i), tree, from);
        }
        if (pass.rows > 0) {
            logits.reserve(pass.rows);
            run(pass, sessions, logits.value());
        }
        for (int i = 0; i < steps.size(); i++) {
            sessions.get(i).scored(steps.get(i).tree().size());
        }
        return scores;
    }

    /** Caches tokens after a session's committed ones. */
    void append(LlamaSession session, int[] added) {
        requireOpen();
        for (int at = 0; at < added.length; at += PREFILL_ROWS) {
            int count = Math.min(PREFILL_ROWS, added.length - at);
            TokenTree chain = new TokenTree(added[at]);
            for (int i = 1; i < count; i++) {
                chain.add(i - 1, added[at + i], 1, null);
            }
            Pass pass = new Pass();
            pass.add(session, chain, 0);
            run(pass, List.of(session), noLogits);
            session.committed(count);
        }
    }

    private void run(Pass pass, List<LlamaSession> sessions, IValue into) {
        passes++;
        try (IValue keys = LlamaSession.keys(sessions);
                IValue values = LlamaSession.values(sessions);
                IValue spans = IValue.listFrom(pass.spans())) {
            program.run(
                            "score",
                            tokens.value(),
                            given.value(),
                            positions.value(),
                            mask.value(),
                            keys,
                            values,
                            spans,
                            into)
                    .close();
        }
    }

    /** Moves cached tokens of one session: {@code slots[i]} to {@code start + i}. */
    void keep(LlamaSession session, long[] slots, int start) {
        try (IValue from = IValue.listFrom(slots);
                IValue to = IValue.from((long) start);
                IValue keys = LlamaSession.keys(List.of(session));
                IValue values = LlamaSession.values(List.of(session))) {
            program.run("keep", keys, values, from, to).close();
        }
    }

    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the decoder is closed");
        }
    }

    /** Frees the weights and what is left of the sessions. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            noLogits.close();
            for (SharedArray array : List.of(tokens, given, positions, mask, logits)) {
                array.close();
            }
            program.close();
        }
    }

    /** The arguments of one run of the program; see there for what they mean. */
    private final class Pass {
        private final List<Long> spans = new ArrayList<>();
        private int rows;
        private int maskSize;

        void add(LlamaSession session, TokenTree tree, int from) {
            int added = tree.size() - from;
            int committed = session.length();
            tokens.reserve(rows + added);
            positions.reserve(rows + added);
            for (int node = from; node < tree.size(); node++) {
                int row = rows + node - from;
                int position = committed + tree.depth(node);
                ends.put(
                        requireToken(tree.token(node)), position, tokens.longs().position(row * ends.terms()));
                positions.longs().put(row, position);
                if (session.start() != null) {
                    give(row, position == 0 ? session.start() : nothingGiven);
                }
            }
            boolean masked = tree.size() > 1;
            for (long value : new long[] {rows, added, committed, committed + from, masked ? maskSize : -1}) {
                spans.add(value);
            }
            if (masked) {
                mask.reserve(maskSize + added * tree.size());
                for (int node = from; node < tree.size(); node++) {
                    maskRow(tree, node);
                }
            }
            rows += added;
        }

        private void give(int row, float[] input) {
            given.reserve(row + 1);
            given.floats().put(row * input.length, input);
        }

        /** A node sees itself and its ancestors, and all that is committed. */
        private void maskRow(TokenTree tree, int node) {
            for (int i = 0; i < tree.size(); i++) {
                mask.floats().put(maskSize + i, -1e30f);
            }
            for (int seen = node; seen != TokenTree.NONE; seen = tree.parent(seen)) {
                mask.floats().put(maskSize + seen, 0);
            }
            maskSize += tree.size();
        }

        private int requireToken(int token) {
            if (token < 0 || token >= ends.inputTokens()) {
                throw new IllegalArgumentException(
                        "token " + token + " is not in a vocabulary of " + ends.inputTokens());
            }
            return token;
        }

        long[] spans() {
            return spans.stream().mapToLong(Long::longValue).toArray();
        }
    }

    /** Rows of the shared logits, copied when asked for. */
    private final class TreeScores implements Scores {
        private final long pass;
        private final int offset;
        private final int from;
        private final int end;

        TreeScores(long pass, int offset, int from, int end) {
            this.pass = pass;
            this.offset = offset;
            this.from = from;
            this.end = end;
        }

        @Override
        public float[] logits(int node) {
            requireOpen();
            if (pass != passes) {
                throw new IllegalStateException("the scores of an earlier pass are gone");
            }
            if (node < from || node >= end) {
                throw new IllegalArgumentException(
                        "node " + node + " was not scored: only " + from + " to " + (end - 1));
            }
            float[] row = new float[ends.outputs()];
            logits.floats().get((offset + node) * row.length, row);
            return row;
        }
    }
}
