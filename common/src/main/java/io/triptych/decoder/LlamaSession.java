package io.triptych.decoder;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import io.triptych.speculation.Target;
import io.triptych.speculation.TokenTree;
import java.util.List;

/**
 * One sequence's keys and values: the committed tokens' slots, then those of the scored tree, one a node. Allocated for
 * the decoder's whole capacity, of which the system provides what is used.
 */
final class LlamaSession implements Target.Session {
    private final LlamaDecoder decoder;
    private final PtNDArray keys;
    private final PtNDArray values;
    private int length;
    private int scored;
    private float[] start;
    private boolean closed;

    LlamaSession(LlamaDecoder decoder, PtNDManager manager, DataType keyType) {
        this.decoder = decoder;
        LlamaConfig config = decoder.config();
        Shape shape = new Shape(config.layers(), config.keyValueHeads(), decoder.capacity(), config.headSize());
        keys = manager.create(shape, keyType);
        try {
            values = manager.create(shape, DataType.FLOAT64);
        } catch (RuntimeException | Error e) {
            keys.close();
            throw e;
        }
    }

    static LlamaSession of(Target.Session session, LlamaDecoder decoder) {
        if (session instanceof LlamaSession mine && mine.decoder == decoder) {
            mine.requireOpen();
            return mine;
        }
        throw new IllegalArgumentException("the session is not this decoder's");
    }

    static IValue keys(List<LlamaSession> sessions) {
        return IValue.listFrom(sessions.stream().map(s -> s.keys).toArray(PtNDArray[]::new));
    }

    static IValue values(List<LlamaSession> sessions) {
        return IValue.listFrom(sessions.stream().map(s -> s.values).toArray(PtNDArray[]::new));
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public void append(int[] tokens) {
        requireOpen();
        requireRoom(tokens.length);
        scored = 0;
        decoder.append(this, tokens);
    }

    @Override
    public void commit(int[] nodes) {
        requireOpen();
        int parent = TokenTree.NONE;
        boolean inPlace = true;
        long[] slots = new long[nodes.length];
        for (int i = 0; i < nodes.length; i++) {
            if (nodes[i] >= scored || nodes[i] <= parent) {
                throw new IllegalArgumentException("not a path of a scored tree of " + scored + " nodes");
            }
            parent = nodes[i];
            inPlace &= nodes[i] == i;
            slots[i] = length + nodes[i];
        }
        if (!inPlace) {
            decoder.keep(this, slots, length);
        }
        length += nodes.length;
        scored = 0;
    }

    @Override
    public void truncate(int newLength) {
        requireOpen();
        if (newLength < 0 || newLength > length) {
            throw new IllegalArgumentException("cannot truncate " + length + " tokens to " + newLength);
        }
        length = newLength;
        scored = 0;
    }

    /** Frees the cache. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            keys.close();
            values.close();
        }
    }

    /** Sets what is added to the input of the sequence's first token. */
    void startFrom(float[] vector) {
        start = vector;
    }

    /** What is added to the input of the sequence's first token, or null. */
    float[] start() {
        return start;
    }

    /** Checks that a step's tree fits and that what it leaves out has been scored. */
    void requireRoom(Target.Step step) {
        if (step.from() < 0 || step.from() > scored || step.from() > step.tree().size()) {
            throw new IllegalArgumentException(
                    "nodes before " + step.from() + " must be scored, and " + scored + " are");
        }
        requireRoom(step.tree().size());
    }

    /** Checks that so many tokens more fit. */
    void requireRoom(int added) {
        if (length + added > decoder.capacity()) {
            throw new IllegalArgumentException("a session of " + length + " tokens has no room for " + added
                    + " more: its capacity is " + decoder.capacity());
        }
    }

    private void requireOpen() {
        decoder.requireOpen();
        if (closed) {
            throw new IllegalStateException("the session is closed");
        }
    }

    /** Tells that the nodes of a tree lie in the cache after the committed tokens. */
    void scored(int nodes) {
        scored = nodes;
    }

    /** Tells that so many tokens after the committed ones are cached for good. */
    void committed(int added) {
        length += added;
        scored = 0;
    }
}
