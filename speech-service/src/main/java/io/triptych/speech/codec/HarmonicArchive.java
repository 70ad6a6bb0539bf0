package io.triptych.speech.codec;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.torchscript.ProgramText;
import io.triptych.torchscript.TorchScriptArchive;
import io.triptych.torchscript.TorchScriptArchive.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A harmonic codec as a TorchScript archive: the program {@code harmonic_decoder.py.txt} with its constants, and the
 * checkpoint's weights in the order in which the program comes to them.
 */
final class HarmonicArchive {
    private final HarmonicCodecConfig config;
    private final CheckpointDirectory checkpoint;

    HarmonicArchive(HarmonicCodecConfig config, CheckpointDirectory checkpoint) {
        this.config = config;
        this.checkpoint = checkpoint;
    }

    TorchScriptArchive archive() {
        int hidden = config.hiddenSize();
        int control = config.controlSize();
        List<Tensor> layers = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            layers.addAll(layer("decoder.layers." + layer, hidden));
        }
        for (int layer = 0; layer < config.controlLayers(); layer++) {
            layers.addAll(layer("decoder.control_layers." + layer, control));
        }
        List<Tensor> leave = new ArrayList<>(both("decoder.norm", control));
        leave.addAll(both("decoder.head", 1 + config.envelopeBands() + config.noiseBands(), control));
        return new TorchScriptArchive("HarmonicDecoder", program())
                .tensors(
                        "codebooks",
                        List.of(tensor("quantizer.codebooks", config.codebooks(), config.codes(), config.codeSize())))
                .tensors("pitch", both("decoder.pitch", config.controls(), config.codeSize()))
                .tensors("enter", both("decoder.enter", hidden, config.codeSize()))
                .tensors("layers", layers)
                .tensors("upsample", both("decoder.upsample", (long) config.controls() * control, hidden))
                .tensors("leave", leave)
                .tensors("constants", List.of());
    }

    private String program() {
        return ProgramText.of(HarmonicArchive.class, "harmonic_decoder.py.txt")
                .with("RATE", config.sampleRate())
                .with("HOP", config.hop())
                .with("CONTROLS", config.controls())
                .with("CODEBOOKS", config.codebooks())
                .with("LAYERS", config.layers())
                .with("CONTROL_LAYERS", config.controlLayers())
                .with("ENVELOPE", config.envelopeBands())
                .with("NOISE", config.noiseBands())
                .with("HARMONICS", config.harmonics())
                .with("LOWEST", config.lowestPitch())
                .with("EPSILON", config.normEpsilon())
                .with("HIGHEST_MEL", Math.log1p(config.sampleRate() / 2.0 / 700))
                .with("TURN", 2 * Math.PI)
                .text();
    }

    private List<Tensor> layer(String name, int width) {
        List<Tensor> layer = new ArrayList<>(both(name + ".norm", width));
        layer.addAll(both(name + ".conv", width, width, config.kernelSize()));
        layer.addAll(both(name + ".linear", width, width));
        return layer;
    }

    /** A weight of that shape, and its bias, as long as the shape is high. */
    private List<Tensor> both(String name, long... shape) {
        return List.of(tensor(name + ".weight", shape), tensor(name + ".bias", shape[0]));
    }

    private Tensor tensor(String name, long... shape) {
        return Tensor.float32(checkpoint.tensor(config.prefix() + name, shape));
    }
}
