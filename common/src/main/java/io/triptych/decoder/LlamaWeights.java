package io.triptych.decoder;

/** A checkpoint's tensors under their Hugging Face names, {@code model.layers.0.self_attn.q_proj.weight} say. */
@FunctionalInterface
public interface LlamaWeights {
    /**
     * Finds a tensor.
     *
     * @param shape the shape that it must have
     * @throws RuntimeException if it is missing or has another shape
     */
    Tensor tensor(String name, long... shape);

    /** Elements in row-major order, as float32. */
    @FunctionalInterface
    interface Tensor {
        void read(long fromElement, float[] destination, int offset, int count);
    }
}
