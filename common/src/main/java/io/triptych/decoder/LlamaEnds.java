package io.triptych.decoder;

import io.triptych.torchscript.ProgramText;
import io.triptych.torchscript.TorchScriptArchive.Tensor;
import java.util.List;

/** The ends of a language model: one table of embeddings, and an output layer that may be the same table. */
record LlamaEnds(LlamaConfig config, LlamaWeights weights) implements DecoderEnds {
    private static final String EMBEDDING = "model.embed_tokens.weight";

    @Override
    public int inputTokens() {
        return config.vocabularySize();
    }

    @Override
    public int outputs() {
        return config.vocabularySize();
    }

    @Override
    public ProgramText program() {
        return LlamaArchive.page("llama_ends.py.txt");
    }

    @Override
    public List<Tensor> embedding() {
        return List.of(LlamaArchive.float32(matrix(EMBEDDING, null)));
    }

    @Override
    public List<Matrix> head(float[] norm) {
        return List.of(matrix(config.tiedEmbeddings() ? EMBEDDING : "lm_head.weight", norm));
    }

    @Override
    public List<Tensor> headBiases() {
        return List.of();
    }

    private Matrix matrix(String name, float[] factors) {
        return Matrix.of(weights, name, config.vocabularySize(), config.hiddenSize(), factors);
    }
}
