package io.triptych.serving;

import java.util.Map;

/** A loaded model. It is made, used and closed by the one thread of its {@link InferenceExecutor}. */
public interface ServedModel extends AutoCloseable {
    /** What health shows of the model, by name: the checkpoint, its precision, its capacity. */
    Map<String, Object> details();

    /** Decodes a golden prompt with and without speculation. */
    SelfCheck selfCheck();

    /** Frees the native memory. */
    @Override
    void close();

    /**
     * The outcome of a self-check.
     *
     * @param passed whether both ways gave the same tokens
     * @param message what was compared, or what differed
     */
    record SelfCheck(boolean passed, String message) {}
}
