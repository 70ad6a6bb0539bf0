package io.triptych.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Writes a GGUF file, version 3: the one-file format of llama.cpp. Metadata first, then the table of tensors, then
 * their data, each aligned to 32 bytes (format: ggml's {@code docs/gguf.md}). Values are collected by the methods and
 * written, tensor by tensor, by {@link #write}, so that only one tensor at a time is held in memory.
 */
final class GgufWriter {
    private static final int ALIGNMENT = 32;
    private static final int UINT32 = 4;
    private static final int INT32 = 5;
    private static final int FLOAT32 = 6;
    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    /** How a tensor's values are stored. */
    enum Encoding {
        /** 32-bit floats. */
        F32(0) {
            @Override
            long bytes(long values) {
                return values * Float.BYTES;
            }

            @Override
            void encode(float[] values, ByteBuffer out) {
                for (float value : values) {
                    out.putFloat(value);
                }
            }
        },
        /** Blocks of 32 signed bytes under one half-precision scale: the largest magnitude over 127. */
        Q8_0(8) {
            private static final int BLOCK = 32;

            @Override
            long bytes(long values) {
                return values / BLOCK * (Short.BYTES + BLOCK);
            }

            @Override
            void encode(float[] values, ByteBuffer out) {
                for (int block = 0; block < values.length; block += BLOCK) {
                    float largest = 0;
                    for (int i = block; i < block + BLOCK; i++) {
                        largest = Math.max(largest, Math.abs(values[i]));
                    }
                    float scale = largest / 127;
                    out.putShort(halfBits(scale));
                    for (int i = block; i < block + BLOCK; i++) {
                        out.put((byte) (scale == 0 ? 0 : Math.round(values[i] / scale)));
                    }
                }
            }
        };

        private final int code;

        Encoding(int code) {
            this.code = code;
        }

        abstract long bytes(long values);

        abstract void encode(float[] values, ByteBuffer out);
    }

    private record Tensor(String name, Encoding encoding, long[] shape, Supplier<float[]> values) {
        long size() {
            long size = 1;
            for (long dimension : shape) {
                size *= dimension;
            }
            return size;
        }

        long bytes() {
            return encoding.bytes(size());
        }
    }

    private final LittleEndian metadata = new LittleEndian();
    private final List<Tensor> tensors = new ArrayList<>();
    private int entries;

    void putString(String key, String value) {
        entry(key, STRING).string(value);
    }

    void putInt(String key, int value) {
        entry(key, UINT32).int32(value);
    }

    void putFloat(String key, double value) {
        entry(key, FLOAT32).float32(value);
    }

    void putBoolean(String key, boolean value) {
        entry(key, BOOL).int8(value ? 1 : 0);
    }

    void putStrings(String key, List<String> values) {
        LittleEndian out = entry(key, ARRAY).int32(STRING).int64(values.size());
        values.forEach(out::string);
    }

    void putInts(String key, int[] values) {
        LittleEndian out = entry(key, ARRAY).int32(INT32).int64(values.length);
        for (int value : values) {
            out.int32(value);
        }
    }

    void putFloats(String key, float[] values) {
        LittleEndian out = entry(key, ARRAY).int32(FLOAT32).int64(values.length);
        for (float value : values) {
            out.float32(value);
        }
    }

    /**
     * Adds a tensor.
     *
     * @param shape outermost dimension first; the innermost is a multiple of 32 for {@link Encoding#Q8_0}
     * @param values its values in row-major order, asked for when the file is written
     */
    void tensor(String name, Encoding encoding, long[] shape, Supplier<float[]> values) {
        if (encoding == Encoding.Q8_0 && shape[shape.length - 1] % 32 != 0) {
            throw new IllegalArgumentException(name + ": Q8_0 needs rows of a multiple of 32 values");
        }
        tensors.add(new Tensor(name, encoding, shape, values));
    }

    /** Writes the file, replacing one that exists. */
    void write(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            LittleEndian header = new LittleEndian();
            header.int32(0x46554747).int32(3).int64(tensors.size()).int64(entries);
            header.append(metadata);
            long offset = 0;
            for (Tensor tensor : tensors) {
                header.string(tensor.name()).int32(tensor.shape().length);
                for (int i = tensor.shape().length - 1; i >= 0; i--) {
                    header.int64(tensor.shape()[i]);
                }
                header.int32(tensor.encoding().code).int64(offset);
                offset += aligned(tensor.bytes());
            }
            header.pad(aligned(header.size()));
            writeFully(channel, ByteBuffer.wrap(header.toByteArray()));
            for (Tensor tensor : tensors) {
                writeFully(channel, encode(tensor));
            }
        }
    }

    private static ByteBuffer encode(Tensor tensor) {
        float[] values = tensor.values().get();
        if (values.length != tensor.size()) {
            throw new IllegalArgumentException(
                    tensor.name() + ": " + values.length + " values for a shape of " + tensor.size());
        }
        ByteBuffer out =
                ByteBuffer.allocate(Math.toIntExact(aligned(tensor.bytes()))).order(ByteOrder.LITTLE_ENDIAN);
        tensor.encoding().encode(values, out);
        return out.rewind();
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private LittleEndian entry(String key, int type) {
        entries++;
        return metadata.string(key).int32(type);
    }

    private static long aligned(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** The bits of the IEEE half nearest to a finite, non-negative float below 65520; ties go to even. */
    static short halfBits(float value) {
        // Below 2^-14 halves are multiples of 2^-24; above, they keep 10 of the float's 23 fraction bits.
        if (value < 0x1p-14f) {
            return (short) Math.rint(value * 0x1p24f);
        }
        int bits = Float.floatToIntBits(value);
        int rounded = bits + 0x0FFF + ((bits >>> 13) & 1);
        return (short) ((rounded >>> 13) - ((127 - 15) << 10));
    }

    /** Bytes under construction, in the file's byte order. */
    private static final class LittleEndian {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        LittleEndian int8(int value) {
            bytes.write(value);
            return this;
        }

        LittleEndian int32(int value) {
            for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
                int8(value >>> shift);
            }
            return this;
        }

        LittleEndian int64(long value) {
            return int32((int) value).int32((int) (value >>> Integer.SIZE));
        }

        LittleEndian float32(double value) {
            return int32(Float.floatToIntBits((float) value));
        }

        LittleEndian string(String value) {
            byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
            int64(utf8.length);
            bytes.writeBytes(utf8);
            return this;
        }

        void append(LittleEndian other) {
            bytes.writeBytes(other.toByteArray());
        }

        void pad(long size) {
            while (bytes.size() < size) {
                int8(0);
            }
        }

        long size() {
            return bytes.size();
        }

        byte[] toByteArray() {
            return bytes.toByteArray();
        }
    }
}
