package io.triptych.speech.codec;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.torchscript.ProgramText;
import io.triptych.torchscript.TorchScriptArchive;
import io.triptych.torchscript.TorchScriptArchive.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A codec of the Mimi family as a TorchScript archive: the program {@code mimi_decoder.py.txt} with its constants, and
 * the checkpoint's weights in the order in which the program comes to them.
 */
final class MimiArchive {
    private final MimiConfig config;
    private final CheckpointDirectory checkpoint;
    private final List<Tensor> sums = new ArrayList<>();
    private final List<Tensor> usages = new ArrayList<>();
    private final List<Tensor> layers = new ArrayList<>();
    private final List<Tensor> convolutions = new ArrayList<>();
    private final List<Tensor> biases = new ArrayList<>();

    MimiArchive(MimiConfig config, CheckpointDirectory checkpoint) {
        this.config = config;
        this.checkpoint = checkpoint;
    }

    TorchScriptArchive archive() {
        int hidden = config.hiddenSize();
        codebooks("quantizer.semantic_residual_vector_quantizer.", config.semanticCodebooks());
        codebooks("quantizer.acoustic_residual_vector_quantizer.", config.codebooks() - config.semanticCodebooks());
        Tensor semantic =
                tensor("quantizer.semantic_residual_vector_quantizer.output_proj.weight", hidden, config.codeSize(), 1);
        Tensor acoustic =
                tensor("quantizer.acoustic_residual_vector_quantizer.output_proj.weight", hidden, config.codeSize(), 1);
        Tensor upsample =
                tensor("upsample.conv.weight", hidden, hidden / config.upsamplingGroups(), 2L * config.upsampling());
        for (int layer = 0; layer < config.layers(); layer++) {
            layer("decoder_transformer.layers." + layer + ".");
        }
        int channels = config.filters() << config.ratios().size();
        int place = 0;
        convolution(place++, hidden, channels, config.kernelSize());
        for (int ratio : config.ratios()) {
            place++; // an activation
            String name = "decoder.layers." + place++ + ".conv";
            convolutions.add(tensor(name + ".weight", channels, channels / 2, 2L * ratio));
            biases.add(tensor(name + ".bias", channels / 2));
            channels /= 2;
            for (int block = 0; block < config.residualBlocks(); block++) {
                String blockName = "decoder.layers." + place++ + ".block.";
                int inside = channels / config.compression();
                convolution(blockName + "1.conv", channels, inside, config.residualKernelSize());
                convolution(blockName + "3.conv", inside, channels, 1);
            }
        }
        convolution(place + 1, channels, 1, config.lastKernelSize());
        return new TorchScriptArchive("MimiDecoder", program())
                .tensors("codebooks", sums)
                .tensors("usages", usages)
                .tensors("projections", List.of(semantic, acoustic))
                .tensors("upsampling", List.of(upsample))
                .tensors("layers", layers)
                .tensors("convolutions", convolutions)
                .tensors("biases", biases);
    }

    private String program() {
        return ProgramText.of(MimiArchive.class, "mimi_decoder.py.txt")
                .with("CODEBOOKS", config.codebooks())
                .with("SEMANTIC", config.semanticCodebooks())
                .with("GROUPS", config.upsamplingGroups())
                .with("LAYERS", config.layers())
                .with("WIDTH", config.hiddenSize())
                .with("HEADS", config.heads())
                .with("KV", config.keyValueHeads())
                .with("GROUP", config.heads() / config.keyValueHeads())
                .with("HEAD", config.headSize())
                .with("PAIR_STEP", 2.0 / config.headSize())
                .with("SCALE", 1 / Math.sqrt(config.headSize()))
                .with("ROPE_BASE", config.ropeBase())
                .with("EPSILON", config.normEpsilon())
                .with("WINDOW", config.window())
                .with("LEVELS", config.ratios().size())
                .with("BLOCKS", config.residualBlocks())
                .with("DILATION", config.dilationGrowth())
                .text();
    }

    private void codebooks(String name, int count) {
        for (int i = 0; i < count; i++) {
            String codebook = name + "layers." + i + ".codebook.";
            sums.add(tensor(codebook + "embed_sum", config.codes(), config.codeSize()));
            usages.add(tensor(codebook + "cluster_usage", config.codes()));
            tensor(codebook + "initialized", 1); // says that training has begun
        }
    }

    private void layer(String name) {
        int hidden = config.hiddenSize();
        int width = config.heads() * config.headSize();
        int keyValueWidth = config.keyValueHeads() * config.headSize();
        layers.add(tensor(name + "input_layernorm.weight", hidden));
        layers.add(tensor(name + "input_layernorm.bias", hidden));
        layers.add(tensor(name + "self_attn.q_proj.weight", width, hidden));
        layers.add(tensor(name + "self_attn.k_proj.weight", keyValueWidth, hidden));
        layers.add(tensor(name + "self_attn.v_proj.weight", keyValueWidth, hidden));
        layers.add(tensor(name + "self_attn.o_proj.weight", hidden, width));
        layers.add(tensor(name + "self_attn_layer_scale.scale", hidden));
        layers.add(tensor(name + "post_attention_layernorm.weight", hidden));
        layers.add(tensor(name + "post_attention_layernorm.bias", hidden));
        layers.add(tensor(name + "mlp.fc1.weight", config.feedForwardSize(), hidden));
        layers.add(tensor(name + "mlp.fc2.weight", hidden, config.feedForwardSize()));
        layers.add(tensor(name + "mlp_layer_scale.scale", hidden));
    }

    private void convolution(int place, int before, int after, int size) {
        convolution("decoder.layers." + place + ".conv", before, after, size);
    }

    private void convolution(String name, int before, int after, int size) {
        convolutions.add(tensor(name + ".weight", after, before, size));
        biases.add(tensor(name + ".bias", after));
    }

    private Tensor tensor(String name, long... shape) {
        return Tensor.float32(checkpoint.tensor(config.prefix() + name, shape));
    }
}
