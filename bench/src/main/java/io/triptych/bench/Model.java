package io.triptych.bench;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.decoder.LlamaConfig;
import io.triptych.decoder.LlamaDecoder;
import io.triptych.decoder.LlamaWeights;
import io.triptych.decoder.Precision;
import java.util.Locale;

/** A shape with weights, before it is loaded in one precision or another. */
record Model(String name, LlamaConfig config, LlamaWeights weights) {

    /** The model of a checkpoint, which stays open as long as the model is loaded from. */
    static Model of(CheckpointDirectory checkpoint) {
        LlamaConfig config = LlamaConfig.from(checkpoint);
        return new Model(
                shapeOf(checkpoint.path().getFileName().toString(), config), config, LlamaWeights.of(checkpoint));
    }

    /** The 110M shape with random weights. */
    static Model random110M() {
        LlamaConfig config = RandomLlama.shape110M();
        return new Model(shapeOf("110M", config), config, RandomLlama.weights(1));
    }

    LlamaDecoder load(Precision precision) {
        return LlamaDecoder.load(config, weights, precision, config.maximumPositions());
    }

    /** The name of a precision as requests and tables write it. */
    static String label(Precision precision) {
        return precision.name().toLowerCase(Locale.ROOT);
    }

    private static String shapeOf(String name, LlamaConfig config) {
        return "%s (%d x %d)".formatted(name, config.hiddenSize(), config.layers());
    }
}
