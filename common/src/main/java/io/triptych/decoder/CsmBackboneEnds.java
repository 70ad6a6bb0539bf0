package io.triptych.decoder;

import io.triptych.torchscript.ProgramText;
import io.triptych.torchscript.TorchScriptArchive.Tensor;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The ends of the backbone of a model that speaks. Its tokens are those of the text and, numbered on from there, the
 * frames that are made known before a pass. Its head makes logits of codebook 0, behind them the first input row of the
 * depth decoder (the projector that makes it of the backbone's normalised row is a matrix of the head like any other),
 * and behind that the normalised row itself, which drafters may want.
 */
final class CsmBackboneEnds implements DecoderEnds {
    private final CsmConfig config;
    private final LlamaWeights weights;
    private final List<int[]> frames = new ArrayList<>();
    private float[] norm; // the final norm's factors, which the program's normalised rows lack

    CsmBackboneEnds(CsmConfig config, LlamaWeights weights) {
        this.config = config;
        this.weights = weights;
    }

    /** Makes a frame a token, until the frames are forgotten. */
    int frame(int[] codes) {
        frames.add(codes);
        return textTokens() + frames.size() - 1;
    }

    void forgetFrames() {
        frames.clear();
    }

    @Override
    public int inputTokens() {
        return textTokens() + frames.size();
    }

    @Override
    public int outputs() {
        return config.codes() + config.depth().hiddenSize() + config.backbone().hiddenSize();
    }

    /** The depth decoder's first row, of a row of outputs. */
    float[] start(float[] output) {
        return Arrays.copyOfRange(
                output, config.codes(), config.codes() + config.depth().hiddenSize());
    }

    /** The backbone's last hidden state after its final norm, of a row of outputs. */
    float[] hidden(float[] output) {
        int width = config.backbone().hiddenSize();
        float[] hidden = Arrays.copyOfRange(output, output.length - width, output.length);
        for (int i = 0; i < width; i++) {
            hidden[i] *= norm[i];
        }
        return hidden;
    }

    @Override
    public int terms() {
        return config.codebooks();
    }

    @Override
    public void put(int token, int position, LongBuffer into) {
        int[] frame = token < textTokens() ? null : frames.get(token - textTokens());
        int codes = config.codebooks() * config.codes();
        for (int codebook = 0; codebook < config.codebooks(); codebook++) {
            if (frame != null) {
                into.put((long) codebook * config.codes() + frame[codebook]);
            } else {
                into.put(codebook == 0 ? codes + token : codes + textTokens()); // the text's row, then zeros
            }
        }
    }

    @Override
    public ProgramText program() {
        return LlamaArchive.page("csm_backbone_ends.py.txt").with("CODEBOOKS", config.codebooks());
    }

    @Override
    public List<Tensor> embedding() {
        int width = config.backbone().hiddenSize();
        int codes = config.codebooks() * config.codes();
        return List.of(LlamaArchive.float32(Matrix.stacked(
                Matrix.of(weights, CsmConfig.BACKBONE_EMBEDDING, codes, width, null),
                Matrix.of(weights, "embed_text_tokens.weight", textTokens(), width, null),
                new Matrix(1, width, (row, destination) -> Arrays.fill(destination, 0)))));
    }

    @Override
    public List<Matrix> head(float[] norm) {
        this.norm = norm;
        int width = config.backbone().hiddenSize();
        String projector = "depth_decoder.model.inputs_embeds_projector.weight";
        return List.of(Matrix.stacked(
                Matrix.of(weights, "lm_head.weight", config.codes(), width, norm),
                Matrix.of(weights, projector, config.depth().hiddenSize(), width, norm)));
    }

    @Override
    public List<Tensor> headBiases() {
        return List.of();
    }

    private int textTokens() {
        return config.backbone().vocabularySize();
    }
}
