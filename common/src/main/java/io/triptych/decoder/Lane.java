package io.triptych.decoder;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import io.triptych.speculation.TokenTree;
import io.triptych.torchscript.TorchScriptProgram;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of a pass that runs by itself: some of the sequences, their rows one after another, and the arguments of the
 * program {@code llama_decoder.py.txt}, which tells what they mean. Used by one thread at a time.
 */
final class Lane implements AutoCloseable {
    /** The most rows of a span: their attention to some hundreds of tokens stays in a core's own cache. */
    private static final int SPAN_ROWS = 32;

    private final TorchScriptProgram program;
    private final DecoderEnds ends;
    private final float[] nothingGiven;
    private final SharedArray tokens;
    private final SharedArray given;
    private final SharedArray positions;
    private final SharedArray mask;
    private final SharedArray logits;

    private final List<LlamaSession> sessions = new ArrayList<>(); // by span
    private final List<Long> spans = new ArrayList<>();
    private int rows;
    private int scored;
    private int maskSize;

    Lane(TorchScriptProgram program, DecoderEnds ends, int hiddenSize) {
        this.program = program;
        this.ends = ends;
        PtNDManager manager = program.manager();
        tokens = new SharedArray(manager, DataType.INT64, ends.terms());
        given = new SharedArray(manager, DataType.FLOAT32, hiddenSize);
        nothingGiven = new float[hiddenSize];
        positions = new SharedArray(manager, DataType.INT64, 1);
        mask = new SharedArray(manager, DataType.FLOAT32, 1);
        logits = new SharedArray(manager, DataType.FLOAT32, ends.outputs());
    }

    /** Forgets the last pass. */
    void clear() {
        sessions.clear();
        spans.clear();
        rows = 0;
        scored = 0;
        maskSize = 0;
    }

    /**
     * Adds nodes of a tree. Those that logits are wanted of come before all others.
     *
     * @param from the first; those before it are in the cache, or get there in the same pass, in an earlier lane
     * @param to where they end
     * @return the row of the first
     */
    int add(LlamaSession session, TokenTree tree, int from, int to, boolean wanted) {
        int first = rows;
        int added = to - from;
        int committed = session.length();
        tokens.reserve(rows + added);
        positions.reserve(rows + added);
        for (int node = from; node < to; node++) {
            int row = rows + node - from;
            int position = committed + tree.depth(node);
            ends.put(requireToken(tree.token(node)), position, tokens.longs().position(row * ends.terms()));
            positions.longs().put(row, position);
            if (ends.firstRowGiven()) { // to sessions without a first row too: the program adds what stands there
                give(row, position == 0 && session.start() != null ? session.start() : nothingGiven);
            }
        }
        for (int begin = from; begin < to; begin += SPAN_ROWS) {
            addSpan(session, tree, begin, Math.min(to, begin + SPAN_ROWS), first + begin - from);
        }
        rows += added;
        scored = wanted ? rows : scored;
        return first;
    }

    private void addSpan(LlamaSession session, TokenTree tree, int from, int to, int row) {
        boolean masked = tree.size() > 1;
        int committed = session.length();
        for (long value : new long[] {row, to - from, committed, committed + from, masked ? maskSize : -1}) {
            spans.add(value);
        }
        if (masked) {
            mask.reserve(maskSize + (to - from) * to);
            for (int node = from; node < to; node++) {
                maskRow(tree, node, to);
            }
        }
        sessions.add(session);
    }

    private void give(int row, float[] input) {
        given.reserve(row + 1);
        given.floats().put(row * input.length, input);
    }

    /** A node sees itself and its ancestors, and all that is committed. */
    private void maskRow(TokenTree tree, int node, int slots) {
        for (int i = 0; i < slots; i++) {
            mask.floats().put(maskSize + i, -1e30f);
        }
        for (int seen = node; seen != TokenTree.NONE; seen = tree.parent(seen)) {
            mask.floats().put(maskSize + seen, 0);
        }
        maskSize += slots;
    }

    private int requireToken(int token) {
        if (token < 0 || token >= ends.inputTokens()) {
            throw new IllegalArgumentException("token " + token + " is not in a vocabulary of " + ends.inputTokens());
        }
        return token;
    }

    /**
     * Scores and caches what was added.
     *
     * @param threads of the engine's to use
     * @param number of this lane, or -1 if no other has rows of the same sequence
     * @param follows whether the first sequence's rows go on from those of the lane before
     * @param written through which layer each lane has come, as the program's {@code meet} tells
     */
    void run(int threads, int number, boolean follows, SharedArray written) {
        if (rows == 0) {
            return;
        }
        logits.reserve(scored);
        try (IValue keys = LlamaSession.keys(sessions);
                IValue values = LlamaSession.values(sessions);
                IValue where = IValue.listFrom(
                        spans.stream().mapToLong(Long::longValue).toArray());
                IValue count = IValue.from((long) scored);
                IValue lane = IValue.from((long) number);
                IValue following = IValue.from(follows ? 1L : 0L)) {
            program.run(
                            threads,
                            "score",
                            tokens.value(),
                            given.value(),
                            positions.value(),
                            mask.value(),
                            keys,
                            values,
                            where,
                            count,
                            logits.value(),
                            lane,
                            following,
                            written.value())
                    .close();
        }
    }

    /** The logits of a row, copied. */
    float[] logits(int row) {
        float[] copy = new float[ends.outputs()];
        logits.floats().get(row * copy.length, copy);
        return copy;
    }

    @Override
    public void close() {
        for (SharedArray array : List.of(tokens, given, positions, mask, logits)) {
            array.close();
        }
    }
}
