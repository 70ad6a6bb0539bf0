package io.triptych.image;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.MemoryRequirement;
import io.triptych.decoder.JanusConfig;
import io.triptych.decoder.LlamaDecoder;
import io.triptych.decoder.LlamaWeights;
import io.triptych.decoder.Precision;
import io.triptych.image.vq.VqDecoder;
import io.triptych.speculation.LatentVerifier;
import io.triptych.speculation.PassCost;
import io.triptych.speculation.WindowBudget;
import java.util.Map;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads the target and the VQ decoder, and times the target's passes. Runs on the native thread. */
final class ImageEngineLoader implements Callable<ImageEngine> {
    private static final Logger LOG = LoggerFactory.getLogger(ImageEngineLoader.class);

    /** Codes that may stand for another under the contract {@code relaxed}. */
    private static final int NEIGHBOURS = 10;

    private final ImageProperties properties;
    private final CheckpointDirectory checkpoint;
    private final ImageModel model;

    ImageEngineLoader(ImageProperties properties, CheckpointDirectory checkpoint, ImageModel model) {
        this.properties = properties;
        this.checkpoint = checkpoint;
        this.model = model;
    }

    @Override
    public ImageEngine call() {
        JanusConfig shape = model.shape();
        Precision precision = Precision.of(properties.precision());
        MemoryRequirement memory = shape.memory(precision.bytesPerWeight(), model.capacity(), 2 * properties.images());
        LOG.info("{} in {} needs {}", checkpoint.path(), properties.precision(), memory);
        memory.requireAvailable();
        LlamaDecoder target = LlamaDecoder.load(shape, LlamaWeights.of(checkpoint), precision, model.capacity());
        try {
            VqDecoder pixels = VqDecoder.load(shape, checkpoint, precision);
            checkpoint.requireEveryTensorUsed(JanusConfig.UNUSED_PARTS);
            PassCost cost = PassCost.measureWithPairs(target, shape.imageTokens() / 2);
            return new ImageEngine(
                    model,
                    target,
                    cost,
                    pixels::decode,
                    () -> {
                        pixels.close();
                        target.close();
                    },
                    request -> new WindowBudget(cost, request.guidance() == 1 ? 1 : 2, properties.budget()),
                    new LatentVerifier(
                            LatentVerifier.nearest(shape.vq().codebook(checkpoint), NEIGHBOURS),
                            properties.relaxation()),
                    details());
        } catch (RuntimeException e) {
            target.close();
            throw e;
        }
    }

    private Map<String, Object> details() {
        Map<String, Object> details = properties.details(checkpoint, model.capacity());
        details.put("size", model.size());
        return details;
    }
}
