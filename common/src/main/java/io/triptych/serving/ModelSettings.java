package io.triptych.serving;

import io.triptych.checkpoint.CheckpointDirectory;
import java.util.LinkedHashMap;
import java.util.Map;

/** The settings of a service that say what it serves, whatever it generates. */
public interface ModelSettings {
    /** The name that requests use. */
    String modelId();

    /** Directory of the checkpoint, relative to {@code triptych.root}. */
    String model();

    /** {@code int8} or {@code float32}. */
    String precision();

    /** Threads that share one pass; 0 takes one per processor. */
    int threads();

    /**
     * What health shows of every model, by name; a service adds to it.
     *
     * @param capacity the most tokens of a sequence
     */
    default Map<String, Object> details(CheckpointDirectory checkpoint, int capacity) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("model", modelId());
        details.put("checkpoint", checkpoint.path().toString());
        details.put("family", checkpoint.modelType());
        details.put("parameters", checkpoint.parameters());
        details.put("precision", precision());
        details.put("capacity", capacity);
        return details;
    }
}
