package io.triptych.decoder;

import io.triptych.torchscript.ProgramText;
import io.triptych.torchscript.TorchScriptArchive.Tensor;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The ends of the depth decoder of a model that speaks. What a token is follows from its position: at 0 stands the
 * backbone's row, at 1 a code of codebook 0, and so on. Every position but 0 has a head of its own.
 */
final class CsmDepthEnds implements DecoderEnds {
    private static final String HEADS = "depth_decoder.codebooks_head.weight";

    private final CsmConfig config;
    private final LlamaWeights weights;
    private float[] head; // of the position that was asked for last, as stored: [width, codes]
    private int headRead = -1;

    CsmDepthEnds(CsmConfig config, LlamaWeights weights) {
        this.config = config;
        this.weights = weights;
    }

    @Override
    public int inputTokens() {
        return config.codes();
    }

    @Override
    public int outputs() {
        return config.codes();
    }

    @Override
    public void put(int token, int position, LongBuffer into) {
        into.put(position == 0 ? inputRows() : (long) (position - 1) * config.codes() + token);
    }

    @Override
    public boolean firstRowGiven() {
        return true;
    }

    @Override
    public ProgramText program() {
        return LlamaArchive.page("csm_depth_ends.py.txt").with("WIDTH", width());
    }

    /** The embeddings of all codebooks but the last, whose codes no position continues, and the projector. */
    @Override
    public List<Tensor> embedding() {
        int backboneWidth = config.backbone().hiddenSize();
        String projector = "depth_decoder.model.inputs_embeds_projector.weight";
        Matrix all =
                Matrix.of(weights, CsmConfig.DEPTH_EMBEDDING, config.codebooks() * config.codes(), backboneWidth, null);
        return List.of(
                LlamaArchive.float32(new Matrix(inputRows(), backboneWidth, all.reader())),
                LlamaArchive.float32(Matrix.of(weights, projector, width(), backboneWidth, null)));
    }

    @Override
    public List<Matrix> head(float[] norm) {
        LlamaWeights.Tensor heads = weights.tensor(HEADS, config.codebooks() - 1, width(), config.codes());
        List<Matrix> matrices = new ArrayList<>();
        for (int i = 0; i < config.codebooks() - 1; i++) {
            int number = i;
            matrices.add(new Matrix(config.codes(), width(), (row, destination) -> {
                readHead(heads, number);
                for (int column = 0; column < width(); column++) {
                    destination[column] = head[column * config.codes() + row] * norm[column];
                }
            }));
        }
        return matrices;
    }

    /** Stored with inputs as rows, a head is read as a whole and turned while it is written. */
    private void readHead(LlamaWeights.Tensor heads, int number) {
        if (headRead != number) {
            headRead = number;
            head = head == null ? new float[width() * config.codes()] : head;
            heads.read((long) number * head.length, head, 0, head.length);
        }
    }

    @Override
    public List<Tensor> headBiases() {
        return List.of();
    }

    private int inputRows() {
        return (config.codebooks() - 1) * config.codes();
    }

    private int width() {
        return config.depth().hiddenSize();
    }
}
