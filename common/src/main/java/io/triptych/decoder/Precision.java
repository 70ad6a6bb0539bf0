package io.triptych.decoder;

import java.util.Locale;

/** How a decoder keeps and multiplies its matrices. */
public enum Precision {
    /**
     * Weights as 8-bit integers with one scale per output, activations rounded to 8 bits with one scale per row, integer
     * products. A quarter of the memory.
     */
    INT8(1),
    /** Weights and activations as float32. */
    FLOAT32(Float.BYTES);

    private final int bytesPerWeight;

    Precision(int bytesPerWeight) {
        this.bytesPerWeight = bytesPerWeight;
    }

    /** The precision of a name: {@code int8} or {@code float32}. */
    public static Precision of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** What a matrix takes in memory. */
    public int bytesPerWeight() {
        return bytesPerWeight;
    }
}
