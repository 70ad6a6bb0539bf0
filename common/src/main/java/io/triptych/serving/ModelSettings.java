package io.triptych.serving;

/** The settings of a service that say what it serves, whatever it generates. */
public interface ModelSettings {
    /** The name that requests use. */
    String modelId();

    /** Directory of the checkpoint, relative to {@code triptych.root}. */
    String model();

    /** Threads that share one pass; 0 takes one per processor. */
    int threads();
}
