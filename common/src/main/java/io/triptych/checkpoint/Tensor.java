package io.triptych.checkpoint;

import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/** A tensor of a mapped checkpoint, row-major. Its values are read and widened to float32 on demand. */
public final class Tensor {
    /** The element types that are read; every other type of the format is refused. */
    public enum Dtype {
        /** IEEE 754 single. */
        F32(4),
        /** IEEE 754 half. */
        F16(2),
        /** The upper half of a single. */
        BF16(2),
        /** Signed 16-bit. */
        I16(2),
        /** Signed 64-bit; read where the value is exact in float32, up to 2^24 (token ids, say). */
        I64(8);

        private final int bytes;

        Dtype(int bytes) {
            this.bytes = bytes;
        }

        /** Size of an element in bytes. */
        public int bytes() {
            return bytes;
        }
    }

    private static final long LARGEST_EXACT = 1L << 24;

    private final Path file;
    private final MappedFile data;
    private final String name;
    private final Dtype dtype;
    private final long[] shape;
    private final long elements;
    private final long position;

    /**
     * Describes a tensor whose place was checked to be inside the file.
     *
     * @param position of its first byte in the file
     */
    Tensor(Path file, MappedFile data, SafeTensors.Place place, long position) {
        this.file = file;
        this.data = data;
        this.name = place.name();
        this.dtype = place.dtype();
        this.shape = place.shape();
        this.elements = place.elements();
        this.position = position;
    }

    public String name() {
        return name;
    }

    /** The file that holds the tensor. */
    public Path file() {
        return file;
    }

    public Dtype dtype() {
        return dtype;
    }

    /** The length of each dimension; empty for a scalar. */
    public long[] shape() {
        return shape.clone();
    }

    /** Number of elements: the product of the shape. */
    public long elements() {
        return elements;
    }

    /**
     * Reads consecutive elements, widened to float32 without any rounding.
     *
     * @param fromElement first element, counted in row-major order
     * @throws IndexOutOfBoundsException if the range is not inside the tensor or not inside the destination
     * @throws CheckpointException for an integer that float32 cannot hold exactly
     */
    public void read(long fromElement, float[] destination, int offset, int count) {
        Objects.checkFromIndexSize(fromElement, count, elements);
        Objects.checkFromIndexSize(offset, count, destination.length);
        int done = 0;
        while (done < count) {
            ByteBuffer bytes = data.from(position + (fromElement + done) * dtype.bytes());
            int length = Math.min(count - done, bytes.remaining() / dtype.bytes());
            widen(bytes, destination, offset + done, length);
            done += length;
        }
    }

    private void widen(ByteBuffer bytes, float[] destination, int offset, int count) {
        switch (dtype) {
            case F32 -> bytes.asFloatBuffer().get(destination, offset, count);
            case F16 -> {
                ShortBuffer halves = bytes.asShortBuffer();
                for (int i = 0; i < count; i++) {
                    destination[offset + i] = halfToFloat(halves.get(i));
                }
            }
            case BF16 -> {
                ShortBuffer upperHalves = bytes.asShortBuffer();
                for (int i = 0; i < count; i++) {
                    destination[offset + i] = Float.intBitsToFloat(upperHalves.get(i) << 16);
                }
            }
            case I16 -> {
                ShortBuffer integers = bytes.asShortBuffer();
                for (int i = 0; i < count; i++) {
                    destination[offset + i] = integers.get(i);
                }
            }
            case I64 -> {
                LongBuffer integers = bytes.asLongBuffer();
                for (int i = 0; i < count; i++) {
                    long value = integers.get(i);
                    if (value < -LARGEST_EXACT || value > LARGEST_EXACT) {
                        throw new CheckpointException(file, name, "holds " + value + ", which float32 cannot");
                    }
                    destination[offset + i] = value;
                }
            }
        }
    }

    /** Widens an IEEE 754 half: 1 bit of sign, 5 of exponent (bias 15), 10 of mantissa. */
    static float halfToFloat(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = (half >>> 10) & 0x1f;
        int mantissa = half & 0x3ff;
        if (exponent == 0) {
            float magnitude = mantissa * 0x1p-24f;
            return Float.intBitsToFloat(sign | Float.floatToRawIntBits(magnitude));
        }
        int widened = exponent == 31 ? 255 : exponent - 15 + 127;
        return Float.intBitsToFloat(sign | widened << 23 | mantissa << 13);
    }

    @Override
    public String toString() {
        return name + " " + dtype + Arrays.toString(shape);
    }
}
