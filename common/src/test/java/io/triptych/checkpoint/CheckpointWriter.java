package io.triptych.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Writes the files of a checkpoint, well-formed or not, independently of the code that reads them. */
public final class CheckpointWriter {
    private final StringBuilder header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    /** Adds float32 values. */
    public CheckpointWriter add(String name, float[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return add(name, "F32", bytes.array(), shape);
    }

    /** Adds half-width patterns. */
    public CheckpointWriter add(String name, String dtype, short[] patterns, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(patterns.length * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asShortBuffer().put(patterns);
        return add(name, dtype, bytes.array(), shape);
    }

    /** Adds bytes as they are. */
    public CheckpointWriter add(String name, String dtype, byte[] bytes, long... shape) {
        String dimensions = Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(","));
        header.append(",\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%d,%d]}"
                .formatted(name, dtype, dimensions, data.size(), data.size() + bytes.length));
        data.writeBytes(bytes);
        return this;
    }

    /** Writes the file. */
    public void write(Path file) {
        write(file, header + "}", data.toByteArray());
    }

    /** Writes a file with any header. */
    public static void write(Path file, String header, byte[] data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        write(file, json.length, json, data);
    }

    /** Writes a file with any claim of its header's length. */
    public static void write(Path file, long headerLength, byte[] header, byte[] data) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Long.BYTES + header.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(headerLength).put(header).put(data);
        try {
            Files.write(file, bytes.array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
