package io.triptych.decoder;

import io.triptych.checkpoint.CheckpointDirectory;

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

    /** Reads a whole vector. */
    default float[] read(String name, int size) {
        float[] values = new float[size];
        tensor(name, size).read(0, values, 0, size);
        return values;
    }

    /** The weights of a checkpoint that is open while the decoder loads. */
    static LlamaWeights of(CheckpointDirectory checkpoint) {
        return (name, shape) -> checkpoint.tensor(name, shape)::read;
    }

    /** Elements in row-major order, as float32. */
    @FunctionalInterface
    interface Tensor {
        void read(long fromElement, float[] destination, int offset, int count);
    }
}
