package io.triptych.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.triptych.checkpoint.Tensor.Dtype;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SafeTensorsTest {
    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = directory.resolve("model.safetensors");
    }

    @Test
    void readsBackWhatWasWritten() {
        float[] values = {1, -2.5f, Float.MIN_VALUE, Float.MAX_VALUE, -0f, Float.NEGATIVE_INFINITY};
        ByteBuffer integers = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        integers.putLong(7).putLong(-(1L << 24));
        new CheckpointWriter()
                .add("odd", "BF16", new short[] {0x3f80, (short) 0xc000, 0x7f80}, 3)
                .add("floats", values, 2, 3)
                .add("integers", "I64", integers.array(), 2)
                .add("shorts", "I16", new short[] {-1, Short.MAX_VALUE, Short.MIN_VALUE}, 3)
                .add("halves", "F16", new short[] {0x3c00, (short) 0xc000}, 1, 2, 1)
                .add("scalar", new float[] {42})
                .add("empty", new float[0], 0, 5)
                .write(file);
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertThat(tensors.tensors())
                    .containsOnlyKeys("odd", "floats", "integers", "shorts", "halves", "scalar", "empty");
            assertThat(read(tensors, "odd")).containsExactly(1, -2, Float.POSITIVE_INFINITY);
            assertThat(read(tensors, "floats")).containsExactly(values);
            assertThat(read(tensors, "integers")).containsExactly(7, -16777216);
            assertThat(read(tensors, "shorts")).containsExactly(-1, 32767, -32768);
            assertThat(read(tensors, "halves")).containsExactly(1, -2);
            assertThat(read(tensors, "scalar")).containsExactly(42);
            assertThat(read(tensors, "empty")).isEmpty();
            assertThat(tensors.tensors().get("floats").shape()).containsExactly(2, 3);
            assertThat(tensors.tensors().get("floats").dtype()).isEqualTo(Dtype.F32);
            assertThat(tensors.tensors().get("scalar").shape()).isEmpty();

            float[] part = new float[5];
            tensors.tensors().get("floats").read(1, part, 2, 3);
            assertThat(part).containsExactly(0, 0, -2.5f, Float.MIN_VALUE, Float.MAX_VALUE);
        }
    }

    @Test
    void refusesToReadOutsideATensor() {
        new CheckpointWriter()
                .add("first", new float[4], 4)
                .add("second", new float[4], 4)
                .write(file);
        try (SafeTensors tensors = SafeTensors.open(file)) {
            Tensor first = tensors.tensors().get("first");
            assertThatThrownBy(() -> first.read(2, new float[8], 0, 3)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> first.read(-1, new float[8], 0, 1)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> first.read(0, new float[2], 0, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void refusesToReadOnceClosed() {
        new CheckpointWriter().add("x", new float[4], 4).write(file);
        SafeTensors tensors = SafeTensors.open(file);
        Tensor x = tensors.tensors().get("x");
        tensors.close();
        assertThatThrownBy(() -> x.read(0, new float[4], 0, 4)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refusesIntegersThatFloat32CannotHold() {
        ByteBuffer integers = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        integers.putLong((1L << 24) + 1);
        new CheckpointWriter().add("ids", "I64", integers.array(), 1).write(file);
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertThatThrownBy(() -> read(tensors, "ids"))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContainingAll("model.safetensors", "'ids'", "16777217");
        }
    }

    /** A sparse file: 5 GB long, a few kilobytes on disk, with elements that lie across the windows of the mapping. */
    @Test
    void readsBeyondTwoGibibytes() throws IOException {
        long halves = 1_200_000_001L;
        long floats = 650_000_000L;
        // The header's length puts the data at an odd address, so that floats straddle the windows' borders.
        String header = ("{\"halves\":{\"dtype\":\"BF16\",\"shape\":[%d],\"data_offsets\":[0,%d]},"
                        + "\"floats\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[%d,%d]}}")
                .formatted(halves, 2 * halves, floats, 2 * halves, 2 * halves + 4 * floats);
        if (header.length() % 2 == 0) {
            header += " ";
        }
        long begin = 8L + header.length();
        long floatsBegin = begin + 2 * halves;
        long border = 3L << 30;
        long straddling = (border - floatsBegin) / 4;
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            channel.write(bytes(8).putLong(header.length()).flip(), 0);
            channel.write(ByteBuffer.wrap(header.getBytes(StandardCharsets.UTF_8)), 8);
            channel.write(bytes(2).putShort((short) 0x4049).flip(), begin + 2 * (halves - 1));
            for (int i = 0; i < 3; i++) {
                channel.write(bytes(4).putFloat(1.1f + i).flip(), floatsBegin + 4 * (straddling - 1 + i));
            }
            channel.write(bytes(4).putFloat(2.718f).flip(), floatsBegin + 4 * (floats - 1));
        }
        assertThat((border - floatsBegin) % 4)
                .as("an element lies across the border")
                .isNotZero();
        try (SafeTensors tensors = SafeTensors.open(file)) {
            float[] values = new float[3];
            tensors.tensors().get("halves").read(halves - 3, values, 0, 3);
            assertThat(values).containsExactly(0, 0, 3.140625f);
            tensors.tensors().get("floats").read(straddling - 1, values, 0, 3);
            assertThat(values).containsExactly(1.1f, 2.1f, 3.1f);
            tensors.tensors().get("floats").read(floats - 3, values, 0, 3);
            assertThat(values).containsExactly(0, 0, 2.718f);
        }
    }

    @Test
    void acceptsAHeaderInAnyOrderWithoutMetadataAndPadded() {
        CheckpointWriter.write(
                file,
                "{" + entry("b", "F32", "[1]", "[4,8]") + "," + entry("a", "F32", "[1]", "[0,4]") + "}   ",
                new byte[8]);
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertThat(tensors.tensors().keySet()).containsExactly("a", "b");
        }
    }

    static Stream<Arguments> lyingHeaders() {
        String large = String.valueOf(1L << 62);
        return Stream.of(
                arguments("not an object", "[]", "begin with '{'"),
                arguments("empty", "", "begin with '{'"),
                arguments("white space first", " {}", "begin with '{'"),
                arguments("cut", "{\"x\":{\"dtype\":\"F32\"", "malformed header"),
                arguments("text after it", "{} {}", "malformed header"),
                arguments("nested deeply", "{\"x\":" + "[".repeat(100_000), "malformed header"),
                arguments(
                        "millions of dimensions",
                        one("F32", "[0" + ",1".repeat(3_000_000) + "]", "[0,0]"),
                        "malformed header"),
                arguments("tensor no object", "{\"x\":3}", "malformed header"),
                arguments("tensor null", "{\"x\":null}", "'x' lacks"),
                arguments("no dtype", "{\"x\":{\"shape\":[2],\"data_offsets\":[0,8]}}", "'x' lacks"),
                arguments("no shape", "{\"x\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", "'x' lacks"),
                arguments("no offsets", "{\"x\":{\"dtype\":\"F32\",\"shape\":[2]}}", "'x' lacks"),
                arguments("unknown key", "{\"x\":{\"strides\":[1]}}", "malformed header"),
                arguments("metadata no text", "{\"__metadata__\":{\"a\":{}}}", "malformed header"),
                arguments("fraction in shape", one("F32", "[2.5]", "[0,8]"), "malformed header"),
                arguments("text in shape", one("F32", "[\"2\"]", "[0,8]"), "malformed header"),
                arguments("null in shape", one("F32", "[null]", "[0,8]"), "malformed header"),
                arguments("beyond 64 bits", one("F32", "[99999999999999999999]", "[0,8]"), "malformed header"),
                arguments("unknown dtype", one("Q4", "[2]", "[0,8]"), "'x' has the unsupported dtype 'Q4'"),
                arguments("quantised dtype", one("I8", "[8]", "[0,8]"), "'x' has the unsupported dtype 'I8'"),
                arguments("negative shape", one("F32", "[-2]", "[0,8]"), "'x' has the shape [-2]"),
                arguments("two negatives", one("F32", "[-2,-1]", "[0,8]"), "'x' has the shape"),
                arguments("shape overflows", one("F32", "[" + large + ",8]", "[0,8]"), "impossible shape"),
                // 2^62 elements of 4 bytes are 2^64 bytes, which is 0 where nobody looks.
                arguments("size overflows", one("F32", "[" + large + "]", "[0,0]"), "'x' has 0 bytes"),
                arguments("wrong size", one("F32", "[3]", "[0,8]"), "'x' has 8 bytes"),
                arguments("half an element", one("F32", "[1]", "[0,6]"), "'x' has 6 bytes"),
                arguments("three offsets", one("F32", "[2]", "[0,8,8]"), "'x' has data_offsets"),
                arguments("negative offset", one("F32", "[2]", "[-8,0]"), "'x' has data_offsets"),
                arguments("offsets reversed", one("F32", "[2]", "[8,0]"), "'x' has data_offsets"),
                arguments("beyond the end", one("F32", "[4]", "[0,16]"), "'x' is truncated"),
                arguments("far beyond", one("F32", "[2]", "[" + large + "," + large + "]"), "'x' is truncated"),
                arguments("gap before", one("F32", "[1]", "[4,8]"), "'x' leaves a gap"),
                arguments("rest unclaimed", one("F32", "[1]", "[0,4]"), "cover only 4"),
                arguments("no tensor at all", "{}", "cover only 0"),
                arguments(
                        "overlap",
                        "{" + entry("x", "F32", "[2]", "[0,8]") + "," + entry("y", "F32", "[1]", "[4,8]") + "}",
                        "'y' overlaps"),
                arguments(
                        "same place",
                        "{" + entry("x", "F32", "[2]", "[0,8]") + "," + entry("y", "F32", "[2]", "[0,8]") + "}",
                        "'y' overlaps"),
                arguments(
                        "name twice",
                        "{" + entry("x", "F32", "[1]", "[0,4]") + "," + entry("x", "F32", "[1]", "[4,8]") + "}",
                        "malformed header"),
                arguments("key twice", "{\"x\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", "malformed header"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lyingHeaders")
    void refusesALyingHeader(String what, String header, String message) {
        CheckpointWriter.write(file, header, new byte[8]);
        assertThatThrownBy(() -> SafeTensors.open(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll("model.safetensors", message);
    }

    @Test
    void keepsItsMessagesShort() {
        CheckpointWriter.write(file, one("Q".repeat(1_000_000), "[2]", "[0,8]"), new byte[8]);
        assertThatThrownBy(() -> SafeTensors.open(file))
                .isInstanceOf(CheckpointException.class)
                .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(2000));
    }

    @Test
    void acceptsTheHonestNeighbourOfTheLyingHeaders() {
        CheckpointWriter.write(file, one("F32", "[2]", "[0,8]"), new byte[8]);
        SafeTensors.open(file).close();
    }

    @ParameterizedTest
    @MethodSource("lyingLengths")
    void refusesALyingHeaderLength(long length, String message) {
        CheckpointWriter.write(file, length, "{}".getBytes(StandardCharsets.UTF_8), new byte[0]);
        assertThatThrownBy(() -> SafeTensors.open(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll("model.safetensors", message);
    }

    static Stream<Arguments> lyingLengths() {
        return Stream.of(
                arguments(3, "ends at byte 10, inside its header"),
                arguments(100_000_000, "ends at byte 10, inside its header"),
                arguments(100_000_001, "the format allows"),
                arguments(Long.MAX_VALUE, "the format allows"),
                arguments(-1, "claims a header of 18446744073709551615 bytes"));
    }

    @Test
    void refusesAFileWithoutAHeader() throws IOException {
        Files.write(file, new byte[7]);
        assertThatThrownBy(() -> SafeTensors.open(file)).hasMessageContaining("ends before its header");
        Files.write(file, new byte[0]);
        assertThatThrownBy(() -> SafeTensors.open(file)).hasMessageContaining("ends before its header");
    }

    @Test
    void refusesATruncatedFileAtEveryLength() throws IOException {
        new CheckpointWriter()
                .add("x", new float[4], 4)
                .add("y", new float[4], 2, 2)
                .write(file);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> SafeTensors.open(file)).isInstanceOf(CheckpointException.class);
        }
    }

    @Test
    void widensEveryHalfAsItsDefinitionSays() {
        for (int pattern = 0; pattern < 1 << 16; pattern++) {
            int exponent = pattern >> 10 & 31;
            double mantissa = (pattern & 1023) / 1024.0;
            double magnitude = exponent == 31
                    ? (mantissa == 0 ? Double.POSITIVE_INFINITY : Double.NaN)
                    : exponent == 0 ? mantissa * Math.pow(2, -14) : (1 + mantissa) * Math.pow(2, exponent - 15);
            float expected = (float) Math.copySign(magnitude, pattern < 1 << 15 ? 1 : -1);
            float widened = Tensor.halfToFloat((short) pattern);
            // Compared by bits, which tells the zeros apart and takes all NaN for one.
            assertThat(Float.floatToIntBits(widened))
                    .as("half %04x", pattern)
                    .isEqualTo(Float.floatToIntBits(expected));
        }
    }

    @Test
    void widensKnownPatterns() {
        assertThat(Tensor.halfToFloat((short) 0x0001)).isEqualTo(0x1p-24f);
        assertThat(Tensor.halfToFloat((short) 0x03ff)).isEqualTo(0x1.ff8p-15f);
        assertThat(Tensor.halfToFloat((short) 0x0400)).isEqualTo(0x1p-14f);
        assertThat(Tensor.halfToFloat((short) 0x3555)).isEqualTo(0x1.554p-2f);
        assertThat(Tensor.halfToFloat((short) 0x7bff)).isEqualTo(65504);
        assertThat(Tensor.halfToFloat((short) 0x7e00)).isNaN();
        short[] patterns = {0x0001, (short) 0x8000, 0x007f, 0x3eab, 0x7f7f, 0x7f80, (short) 0xff80, 0x7fc0, 0x7f81};
        new CheckpointWriter().add("bf16", "BF16", patterns, patterns.length).write(file);
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertThat(read(tensors, "bf16"))
                    .containsExactly(
                            0x1p-133f,
                            -0f,
                            0x1.fcp-127f,
                            0x1.56p-2f,
                            0x1.fep127f,
                            Float.POSITIVE_INFINITY,
                            Float.NEGATIVE_INFINITY,
                            Float.NaN,
                            Float.NaN);
        }
    }

    private static String one(String dtype, String shape, String offsets) {
        return "{" + entry("x", dtype, shape, offsets) + "}";
    }

    private static String entry(String name, String dtype, String shape, String offsets) {
        return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}".formatted(name, dtype, shape, offsets);
    }

    private static ByteBuffer bytes(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static float[] read(SafeTensors tensors, String name) {
        Tensor tensor = tensors.tensors().get(name);
        float[] values = new float[(int) tensor.elements()];
        tensor.read(0, values, 0, values.length);
        return values;
    }
}
