package io.triptych.decoder;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.jni.IValue;
import io.triptych.speculation.Target;
import io.triptych.torchscript.TorchScriptProgram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A decoder of the Llama family that scores token trees. A pass is one call of the TorchScript program
 * {@code llama_decoder.py.txt}, which is where to read what it computes, or a few at the same time: {@link Lanes}.
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
    private final Lanes lanes;
    private long passes;
    private boolean closed;

    private LlamaDecoder(LlamaArchive archive, TorchScriptProgram program) {
        this.config = archive.config();
        this.ends = archive.ends();
        this.capacity = archive.capacity();
        this.keyType = archive.precision() == Precision.INT8 ? DataType.FLOAT32 : DataType.FLOAT64;
        this.program = program;
        this.lanes = new Lanes(() -> new Lane(program, ends, config.hiddenSize()), program.manager());
    }

    /**
     * Writes the weights as the program wants them to a temporary file, as large as the decoder in memory, and loads it.
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
        return score(steps, List.of());
    }

    @Override
    public List<Scores> score(List<Step> steps, List<Prompt> prompts) {
        requireOpen();
        List<Part> parts = new ArrayList<>(steps.size() + prompts.size());
        for (Step step : steps) {
            LlamaSession session = LlamaSession.of(step.session(), this);
            session.requireRoom(step);
            parts.add(Part.of(step, session));
        }
        for (Prompt prompt : prompts) {
            LlamaSession session = LlamaSession.of(prompt.session(), this);
            session.requireRoom(prompt.tokens().length);
            if (prompt.tokens().length > 0) {
                parts.add(Part.of(prompt, session));
            }
        }
        if (parts.stream().map(Part::session).distinct().count() < parts.size()) {
            throw new IllegalArgumentException("a session stands twice in one pass");
        }
        passes++;
        List<Scores> scores = scores(parts, lanes.deal(parts));
        lanes.run();
        parts.forEach(Part::over);
        return scores;
    }

    /** Of the parts that logits are wanted of, in their order. */
    private List<Scores> scores(List<Part> parts, Map<Part, List<Lanes.Piece>> pieces) {
        List<Scores> scores = new ArrayList<>();
        for (Part part : parts) {
            if (part.wanted()) {
                scores.add(new TreeScores(passes, part, pieces.get(part)));
            }
        }
        return scores;
    }

    /** Settles in which way the {@link Lanes} share every pass, rather than in the fastest. */
    void settle(int way) {
        lanes.settle(way);
    }

    /** Caches tokens after a session's committed ones. */
    void append(LlamaSession session, int[] added) {
        for (int at = 0; at < added.length; at += PREFILL_ROWS) {
            int[] part = Arrays.copyOfRange(added, at, Math.min(at + PREFILL_ROWS, added.length));
            score(List.of(), List.of(new Prompt(session, part)));
        }
    }

    /** Moves cached tokens of one session: {@code slots[i]} to {@code start + i}. */
    void keep(LlamaSession session, long[] slots, int start) {
        try (IValue from = IValue.listFrom(slots);
                IValue to = IValue.from((long) start);
                IValue keys = LlamaSession.keys(List.of(session));
                IValue values = LlamaSession.values(List.of(session))) {
            program.run(1, "keep", keys, values, from, to).close();
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
            lanes.close();
            program.close();
        }
    }

    /** Rows of the lanes' logits, copied when asked for. */
    private final class TreeScores implements Scores {
        private final long pass;
        private final Part part;
        private final List<Lanes.Piece> pieces;

        TreeScores(long pass, Part part, List<Lanes.Piece> pieces) {
            this.pass = pass;
            this.part = part;
            this.pieces = pieces;
        }

        @Override
        public float[] logits(int node) {
            requireOpen();
            if (pass != passes) {
                throw new IllegalStateException("the scores of an earlier pass are gone");
            }
            for (Lanes.Piece piece : pieces) {
                if (node >= piece.from() && node < piece.to()) {
                    return piece.lane().logits(piece.row() + node - piece.from());
                }
            }
            throw new IllegalArgumentException("node " + node + " was not scored: only " + part.from() + " to "
                    + (part.tree().size() - 1));
        }
    }
}
