package io.triptych.image.vq;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.decoder.JanusConfig;
import io.triptych.torchscript.ProgramText;
import io.triptych.torchscript.TorchScriptArchive;
import io.triptych.torchscript.TorchScriptArchive.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A VQ decoder as a TorchScript archive: the program {@code vq_decoder.py.txt} with its constants, and the checkpoint's
 * weights in the order in which the program comes to them.
 */
final class VqArchive {
    private static final String CLASS = "VqDecoder";
    private static final int GROUPS = 32;
    private static final double EPSILON = 1e-6;

    private final JanusConfig config;
    private final JanusConfig.Vq shape;
    private final CheckpointDirectory checkpoint;
    private final boolean bfloat16;
    private final List<Tensor> weights = new ArrayList<>();
    private final List<Tensor> biases = new ArrayList<>();
    private final List<Tensor> norms = new ArrayList<>();
    private final List<Tensor> normBiases = new ArrayList<>();

    /** @param bfloat16 whether maps and weights are rounded to bfloat16, rather than float32 */
    VqArchive(JanusConfig config, CheckpointDirectory checkpoint, boolean bfloat16) {
        this.bfloat16 = bfloat16;
        this.config = config;
        this.shape = config.vq();
        this.checkpoint = checkpoint;
    }

    TorchScriptArchive archive() {
        int channels = shape.channels(shape.levels() - 1);
        convolution("post_quant_conv", shape.codeSize(), shape.latentChannels(), 1);
        convolution("decoder.conv_in", shape.latentChannels(), channels, 3);
        residual("decoder.mid.block_1", channels, channels);
        attention("decoder.mid.attn_1", channels);
        residual("decoder.mid.block_2", channels, channels);
        for (int up = 0; up < shape.levels(); up++) {
            String level = "decoder.up." + up + ".";
            int before = channels;
            channels = shape.channels(shape.levels() - 1 - up);
            for (int block = 0; block <= shape.residualBlocks(); block++) {
                residual(level + "block." + block, block == 0 ? before : channels, channels);
                if (up == 0) {
                    attention(level + "attn." + block, channels);
                }
            }
            if (up < shape.levels() - 1) {
                convolution(level + "upsample.conv", channels, channels, 3);
            }
        }
        norm("decoder.norm_out", channels);
        convolution("decoder.conv_out", channels, 3, 3);
        return new TorchScriptArchive(CLASS, program())
                .tensors("codebook", List.of(tensor("quantize.embedding.weight", shape.codes(), shape.codeSize())))
                .tensors("weights", weights)
                .tensors("biases", biases)
                .tensors("norms", norms)
                .tensors("norm_biases", normBiases);
    }

    private String program() {
        return ProgramText.of(VqArchive.class, "vq_decoder.py.txt")
                .with("TYPE_NAME", bfloat16 ? "bfloat16" : "float32")
                .with("TYPE", bfloat16 ? 15 : 6)
                .with("SIDE", config.gridSide())
                .with("LEVELS", shape.levels())
                .with("BLOCKS", shape.residualBlocks() + 1)
                .with("GROUPS", GROUPS)
                .with("EPSILON", EPSILON)
                .text();
    }

    private void residual(String name, int before, int after) {
        norm(name + ".norm1", before);
        convolution(name + ".conv1", before, after, 3);
        norm(name + ".norm2", after);
        convolution(name + ".conv2", after, after, 3);
        if (before != after) {
            convolution(name + ".nin_shortcut", before, after, 1);
        }
    }

    private void attention(String name, int channels) {
        norm(name + ".norm", channels);
        for (String part : List.of("q", "k", "v", "proj_out")) {
            convolution(name + "." + part, channels, channels, 1);
        }
    }

    private void convolution(String name, int before, int after, int side) {
        weights.add(tensor(name + ".weight", after, before, side, side));
        biases.add(tensor(name + ".bias", after));
    }

    private void norm(String name, int channels) {
        norms.add(tensor(name + ".weight", channels));
        normBiases.add(tensor(name + ".bias", channels));
    }

    private Tensor tensor(String name, long... shape) {
        return Tensor.float32(checkpoint.tensor("model.vqmodel." + name, shape));
    }
}
