package io.triptych.speech;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.MemoryRequirement;
import io.triptych.decoder.CsmConfig;
import io.triptych.decoder.CsmDecoder;
import io.triptych.decoder.Precision;
import io.triptych.speech.codec.Codec;
import io.triptych.speech.codec.CodecConfig;
import io.triptych.speech.draft.CodeSpeculation;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.DoubleConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads the target, the codec and what drafts, and times the target's passes. Runs on the native thread. */
final class SpeechEngineLoader implements Callable<SpeechEngine> {
    private static final Logger LOG = LoggerFactory.getLogger(SpeechEngineLoader.class);

    private final SpeechProperties properties;
    private final CheckpointDirectory checkpoint;
    private final SpeechModel model;
    private final DoubleConsumer realTimeFactor;

    SpeechEngineLoader(
            SpeechProperties properties,
            CheckpointDirectory checkpoint,
            SpeechModel model,
            DoubleConsumer realTimeFactor) {
        this.properties = properties;
        this.checkpoint = checkpoint;
        this.model = model;
        this.realTimeFactor = realTimeFactor;
    }

    @Override
    public SpeechEngine call() {
        CsmConfig shape = model.shape();
        Precision precision = Precision.of(properties.precision());
        CodecConfig codecShape = CodecConfig.from(checkpoint);
        Map<String, Long> parts =
                new LinkedHashMap<>(shape.memory(precision.bytesPerWeight(), model.capacity(), properties.lines())
                        .parts());
        parts.putAll(codecShape.memory(properties.lines(), Chunks.LARGEST).parts());
        MemoryRequirement memory = new MemoryRequirement(parts);
        LOG.info("{} in {} needs {}", checkpoint.path(), properties.precision(), memory);
        memory.requireAvailable();
        CsmDecoder target = CsmDecoder.load(shape, shape.weights(checkpoint), precision, model.capacity());
        try {
            Codec codec = codecShape.load(checkpoint);
            CodeSpeculation speculation =
                    CodeSpeculation.of(checkpoint, target, codecShape.vectors(checkpoint), properties.relaxation());
            checkpoint.requireEveryTensorUsed(codecShape.unusedParts());
            return new SpeechEngine(
                    model,
                    target,
                    speculation.cost(),
                    codec,
                    speculation,
                    () -> {
                        codec.close();
                        target.close();
                    },
                    realTimeFactor,
                    details());
        } catch (RuntimeException e) {
            target.close();
            throw e;
        }
    }

    private Map<String, Object> details() {
        Map<String, Object> details = properties.details(checkpoint, model.capacity());
        details.put("sampleRate", model.sampleRate());
        return details;
    }
}
