package io.triptych.speech.codec;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.torchscript.TorchScriptArchive;
import io.triptych.torchscript.TorchScriptArchive.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
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
        try (InputStream in = HarmonicArchive.class.getResourceAsStream("harmonic_decoder.py.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("${RATE}", Integer.toString(config.sampleRate()))
                    .replace("${HOP}", Integer.toString(config.hop()))
                    .replace("${CONTROLS}", Integer.toString(config.controls()))
                    .replace("${CODEBOOKS}", Integer.toString(config.codebooks()))
                    .replace("${LAYERS}", Integer.toString(config.layers()))
                    .replace("${CONTROL_LAYERS}", Integer.toString(config.controlLayers()))
                    .replace("${ENVELOPE}", Integer.toString(config.envelopeBands()))
                    .replace("${NOISE}", Integer.toString(config.noiseBands()))
                    .replace("${HARMONICS}", Integer.toString(config.harmonics()))
                    .replace("${LOWEST}", Double.toString(config.lowestPitch()))
                    .replace("${EPSILON}", Double.toString(config.normEpsilon()))
                    .replace("${HIGHEST_MEL}", Double.toString(Math.log1p(config.sampleRate() / 2.0 / 700)))
                    .replace("${TURN}", Double.toString(2 * Math.PI));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
