package io.triptych.decoder;

/** How a decoder keeps and multiplies its matrices. */
public enum Precision {
    /**
     * Weights as 8-bit integers with one scale per output, activations rounded to 8 bits with one scale per row, integer
     * products. A quarter of the memory.
     */
    INT8,
    /** Weights and activations as float32. */
    FLOAT32
}
