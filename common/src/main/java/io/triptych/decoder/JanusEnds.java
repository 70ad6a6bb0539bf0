package io.triptych.decoder;

import io.triptych.torchscript.ProgramText;
import io.triptych.torchscript.TorchScriptArchive.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The ends of a model that draws. In its input table the rows of image codes come first, then those of text tokens; its
 * head makes logits of image codes alone, through a layer in between.
 */
record JanusEnds(JanusConfig config, LlamaWeights weights) implements DecoderEnds {
    @Override
    public int inputTokens() {
        return config.inputTokens();
    }

    @Override
    public int outputs() {
        return config.vq().codes();
    }

    @Override
    public ProgramText program() {
        int width = Matrix.padded(hidden());
        return LlamaArchive.page("janus_ends.py.txt")
                .with("ALIGNER_LAYERS", config.alignerLayers())
                .with("GELU_ROWS", LlamaArchive.rowsPerKernel(width));
    }

    /** The text's table, the codes' embeddings, then weight and bias of each of the aligner's layers. */
    @Override
    public List<Tensor> embedding() {
        List<Tensor> parts = new ArrayList<>();
        parts.add(float32(
                "model.language_model.embed_tokens.weight", config.text().vocabularySize(), hidden()));
        parts.add(float32(
                "model.generation_embeddings.weight",
                config.vq().codes(),
                config.vq().codeSize()));
        for (int layer = 0; layer < config.alignerLayers(); layer++) {
            String name = "model.generation_aligner." + (layer == 0 ? "fc1" : "hidden_layers." + (layer - 1));
            parts.add(
                    float32(name + ".weight", hidden(), layer == 0 ? config.vq().codeSize() : hidden()));
            parts.add(LlamaArchive.floats(weights.read(name + ".bias", hidden())));
        }
        return parts;
    }

    @Override
    public List<Matrix> head(float[] norm) {
        Matrix between = Matrix.of(weights, "model.generation_head.proj_out.weight", hidden(), hidden(), norm);
        Matrix output = Matrix.of(
                weights, "model.generation_head.vision_head.weight", config.vq().codes(), hidden(), null);
        return List.of(between.withPaddedRows(), output.withPaddedColumns());
    }

    @Override
    public List<Tensor> headBiases() {
        float[] between = weights.read("model.generation_head.proj_out.bias", hidden());
        float[] output = weights.read(
                "model.generation_head.vision_head.bias", config.vq().codes());
        return List.of(
                LlamaArchive.floats(Arrays.copyOf(between, Matrix.padded(hidden()))), LlamaArchive.floats(output));
    }

    private Tensor float32(String name, int rows, int columns) {
        return LlamaArchive.float32(Matrix.of(weights, name, rows, columns, null));
    }

    private int hidden() {
        return config.text().hiddenSize();
    }
}
