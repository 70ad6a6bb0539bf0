package io.triptych.decoder;

import io.triptych.speculation.PassCost;
import io.triptych.speculation.Target;
import io.triptych.speculation.TokenTree;
import java.util.ArrayList;
import java.util.List;

/**
 * A model of the CSM family as one target: the frames of speech are generated code by code, codebook 0 to the last,
 * frame after frame, and {@link CsmConfig} tells how tokens are numbered. After a text token or a complete frame the backbone
 * gives the logits of codebook 0; inside a frame the depth decoder gives those of the codebook that follows. A tree of
 * codes, a chain of the next group say, is scored by one causal pass of the depth decoder, after one of the backbone if
 * the tree's root ends a text or a frame. A draft must not hold the last code of a frame: nothing in the frame depends
 * on it, and it comes for nothing when all before it are accepted.
 *
 * <p>A node's logits are the same bits whether it is scored alone or among others, as {@link LlamaDecoder} tells. Not
 * thread-safe: all calls, those of the sessions included, belong to one thread at a time.
 */
public final class CsmDecoder implements Target, AutoCloseable {
    /** The largest tree that a pass takes. */
    static final int DRAFTED_NODES = 64;

    private final CsmConfig config;
    private final CsmBackboneEnds inputs;
    private final LlamaDecoder backbone;
    private final LlamaDecoder depth;

    private CsmDecoder(CsmConfig config, CsmBackboneEnds inputs, LlamaDecoder backbone, LlamaDecoder depth) {
        this.config = config;
        this.inputs = inputs;
        this.backbone = backbone;
        this.depth = depth;
    }

    /**
     * Loads backbone and depth decoder, as {@link LlamaDecoder#load} does.
     *
     * @param weights those of {@link CsmConfig#weights}
     * @param capacity the most text tokens and frames that a session can hold, together
     */
    public static CsmDecoder load(CsmConfig config, LlamaWeights weights, Precision precision, int capacity) {
        CsmBackboneEnds inputs = new CsmBackboneEnds(config, weights);
        LlamaDecoder backbone = LlamaDecoder.load(
                new LlamaArchive(config.backbone(), below("backbone_model", weights), inputs, precision, capacity));
        try {
            LlamaDecoder depth = LlamaDecoder.load(new LlamaArchive(
                    config.depth(),
                    below("depth_decoder.model", weights),
                    new CsmDepthEnds(config, weights),
                    precision,
                    config.codebooks() + DRAFTED_NODES));
            return new CsmDecoder(config, inputs, backbone, depth);
        } catch (RuntimeException e) {
            backbone.close();
            throw e;
        }
    }

    /** A language model's names, {@code model.layers.0} and so on, below another prefix. */
    private static LlamaWeights below(String prefix, LlamaWeights weights) {
        return (name, shape) -> weights.tensor(name.replaceFirst("^model", prefix), shape);
    }

    public CsmConfig config() {
        return config;
    }

    /** Number of codes of a codebook, the ones that end speech or fill up included. */
    @Override
    public int vocabularySize() {
        return config.codes();
    }

    /** Codes that a session of nothing else could hold; a text token takes as much room as a frame of them. */
    @Override
    public int capacity() {
        return backbone.capacity() * config.codebooks();
    }

    /** Times passes of the depth decoder alone: over 1 to all codes of a frame that its backbone's row has begun. */
    public PassCost depthPassCost() {
        Target frames = new Target() {
            @Override
            public int vocabularySize() {
                return config.codes();
            }

            @Override
            public int capacity() {
                return config.codebooks();
            }

            @Override
            public Session open() {
                LlamaSession session = LlamaSession.of(depth.open(), depth);
                session.startFrom(new float[config.depth().hiddenSize()]);
                return session;
            }

            @Override
            public List<Scores> score(List<Step> steps) {
                return depth.score(steps);
            }
        };
        return PassCost.measure(frames, 1);
    }

    @Override
    public CsmSession open() {
        return new CsmSession(
                this, inputs, LlamaSession.of(backbone.open(), backbone), LlamaSession.of(depth.open(), depth));
    }

    @Override
    public List<Scores> score(List<Step> steps) {
        List<CsmSession> sessions = new ArrayList<>(steps.size());
        for (Step step : steps) {
            CsmSession session = CsmSession.of(step.session(), this);
            session.require(step);
            if (sessions.contains(session)) {
                throw new IllegalArgumentException("a session stands twice in one pass");
            }
            sessions.add(session);
        }
        scoreRows(steps, sessions);
        List<Scores> inFrames = scoreFrames(steps, sessions);
        List<Scores> scores = new ArrayList<>(steps.size());
        for (int i = 0; i < steps.size(); i++) {
            scores.add(sessions.get(i).end(steps.get(i).from(), inFrames.get(i)));
        }
        return scores;
    }

    /** The backbone's pass over the rows that some of the steps need. */
    private void scoreRows(List<Step> steps, List<CsmSession> sessions) {
        inputs.forgetFrames();
        List<Step> pass = new ArrayList<>();
        List<CsmSession> waiting = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            int[] row = sessions.get(i).begin(steps.get(i));
            if (row != null) {
                pass.add(new Step(sessions.get(i).backbone(), new TokenTree(rowToken(row))));
                waiting.add(sessions.get(i));
            }
        }
        if (!pass.isEmpty()) {
            List<Scores> outputs = backbone.score(pass);
            for (int i = 0; i < pass.size(); i++) {
                waiting.get(i).backboneScored(outputs.get(i).logits(TokenTree.ROOT));
            }
        }
    }

    /** The depth decoder's pass over codes; null for steps that have none. */
    private List<Scores> scoreFrames(List<Step> steps, List<CsmSession> sessions) {
        List<Step> pass = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            if (sessions.get(i).needsDepth()) {
                pass.add(sessions.get(i).depthStep(steps.get(i).from()));
            }
        }
        List<Scores> scores = pass.isEmpty() ? List.of() : depth.score(pass);
        List<Scores> all = new ArrayList<>(steps.size());
        int next = 0;
        for (CsmSession session : sessions) {
            all.add(session.needsDepth() ? scores.get(next++) : null);
        }
        return all;
    }

    /** Caches rows, text tokens and frames, of a session's backbone. */
    void append(LlamaSession session, List<int[]> rows) {
        inputs.forgetFrames();
        session.append(rows.stream().mapToInt(this::rowToken).toArray());
    }

    private int rowToken(int[] row) {
        return row.length == 1 ? row[0] : inputs.frame(row);
    }

    @Override
    public void close() {
        backbone.close();
        depth.close();
    }
}
