package io.triptych.decoder;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.jni.IValue;
import io.triptych.speculation.Target;
import io.triptych.speculation.TokenTree;
import io.triptych.torchscript.TorchScriptProgram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
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
        this.lanes = new Lanes(() -> new Lane(program, ends, config.hiddenSize()));
    }

    /**
     * Writes the weights as the program wants them to a temporary file, as large as the decoder in memory, loads it, and
     * tries out how many threads suit it.
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
        LlamaDecoder decoder = new LlamaDecoder(archive, TorchScriptProgram.load(archive.archive()));
        decoder.lanes.settle(decoder);
        return decoder;
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
            parts.add(new Part(session, step.tree(), step.from(), true));
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
        lanes.begin(parts.size());
        passes++;
        List<Scores> scores = deal(parts);
        lanes.run();
        parts.forEach(Part::over);
        return scores;
    }

    /** Puts parts in lanes: largest first, and those that logits are wanted of before all others. */
    private List<Scores> deal(List<Part> parts) {
        Map<Part, Scores> scores = new HashMap<>();
        for (Part part : parts.stream().sorted(Part.DEALT).toList()) {
            Lane lane = lanes.next();
            int row = lane.add(part.session, part.tree, part.from, part.wanted);
            scores.put(part, new TreeScores(passes, lane, row - part.from, part.from, part.tree.size()));
        }
        return parts.stream().filter(Part::wanted).map(scores::get).toList();
    }

    /** Settles whether the sequences of a pass are dealt out to lanes, whatever loading found to be faster. */
    void deal(boolean dealt) {
        lanes.deal(dealt);
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

    /**
     * One sequence's part of a pass.
     *
     * @param wanted whether logits are; if not, the tree is a chain that stays in the cache
     */
    private record Part(LlamaSession session, TokenTree tree, int from, boolean wanted) {
        /** The order in which lanes are filled. */
        static final Comparator<Part> DEALT =
                Comparator.comparing((Part part) -> !part.wanted).thenComparing(part -> -part.rows());

        static Part of(Prompt prompt, LlamaSession session) {
            int[] tokens = prompt.tokens();
            TokenTree chain = new TokenTree(tokens[0]);
            for (int i = 1; i < tokens.length; i++) {
                chain.add(i - 1, tokens[i], 1, null);
            }
            return new Part(session, chain, 0, false);
        }

        int rows() {
            return tree.size() - from;
        }

        void over() {
            if (wanted) {
                session.scored(tree.size());
            } else {
                session.committed(tree.size());
            }
        }
    }

    /** Rows of a lane's logits, copied when asked for. */
    private final class TreeScores implements Scores {
        private final long pass;
        private final Lane lane;
        private final int offset;
        private final int from;
        private final int end;

        TreeScores(long pass, Lane lane, int offset, int from, int end) {
            this.pass = pass;
            this.lane = lane;
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
            return lane.logits(offset + node);
        }
    }
}
