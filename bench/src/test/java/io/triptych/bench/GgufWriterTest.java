package io.triptych.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.triptych.bench.GgufWriter.Encoding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufWriterTest {
    @TempDir
    Path directory;

    /** Every value of the header and the data is read back in the order that the format prescribes. */
    @Test
    void writesTheLayoutOfVersion3() throws IOException {
        GgufWriter gguf = new GgufWriter();
        gguf.putString("name", "tiny");
        gguf.putInt("layers", 7);
        float[] vector = {1, 2, 3};
        float[] matrix = new float[64];
        matrix[0] = -127;
        matrix[1] = 63.4f;
        matrix[33] = 0.5f;
        gguf.tensor("vector", Encoding.F32, new long[] {3}, () -> vector);
        gguf.tensor("matrix", Encoding.Q8_0, new long[] {2, 32}, () -> matrix);
        Path file = directory.resolve("tiny.gguf");

        gguf.write(file);

        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(ascii(in, 4)).isEqualTo("GGUF");
        assertThat(in.getInt()).isEqualTo(3);
        assertThat(in.getLong()).as("tensors").isEqualTo(2);
        assertThat(in.getLong()).as("metadata").isEqualTo(2);
        assertThat(string(in)).isEqualTo("name");
        assertThat(in.getInt()).as("type string").isEqualTo(8);
        assertThat(string(in)).isEqualTo("tiny");
        assertThat(string(in)).isEqualTo("layers");
        assertThat(in.getInt()).as("type uint32").isEqualTo(4);
        assertThat(in.getInt()).isEqualTo(7);
        assertThat(string(in)).isEqualTo("vector");
        assertThat(in.getInt()).as("dimensions").isEqualTo(1);
        assertThat(in.getLong()).isEqualTo(3);
        assertThat(in.getInt()).as("F32").isEqualTo(0);
        assertThat(in.getLong()).as("offset").isEqualTo(0);
        assertThat(string(in)).isEqualTo("matrix");
        assertThat(in.getInt()).as("dimensions").isEqualTo(2);
        assertThat(in.getLong()).as("innermost first").isEqualTo(32);
        assertThat(in.getLong()).isEqualTo(2);
        assertThat(in.getInt()).as("Q8_0").isEqualTo(8);
        assertThat(in.getLong()).as("offset, aligned").isEqualTo(32);
        in.position((in.position() + 31) / 32 * 32);
        assertThat(in.getFloat()).isEqualTo(1);
        assertThat(in.getFloat()).isEqualTo(2);
        assertThat(in.getFloat()).isEqualTo(3);
        in.position(in.position() + 20);
        assertThat(in.getShort()).as("scale 1").isEqualTo((short) 0x3C00);
        assertThat(in.get()).isEqualTo((byte) -127);
        assertThat(in.get()).isEqualTo((byte) 63);
        in.position(in.position() + 30);
        assertThat(in.getShort()).as("scale 0.5 / 127").isEqualTo((short) 0x1C08);
        assertThat(in.get()).isEqualTo((byte) 0);
        assertThat(in.get()).isEqualTo((byte) 127);
    }

    /** Each finite half is its own nearest half, and so is what lies just off it; the middle goes to the even one. */
    @Test
    void roundsToTheNearestHalf() {
        for (int bits = 0; bits < 0x7BFF; bits++) {
            float value = half(bits);
            float next = half(bits + 1);
            float middle = value + (next - value) / 2;
            assertThat(GgufWriter.halfBits(value)).isEqualTo((short) bits);
            assertThat(GgufWriter.halfBits(Math.nextDown(middle))).isEqualTo((short) bits);
            assertThat(GgufWriter.halfBits(middle)).isEqualTo((short) (bits + (bits & 1)));
            assertThat(GgufWriter.halfBits(Math.nextUp(middle))).isEqualTo((short) (bits + 1));
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        GgufWriter gguf = new GgufWriter();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> gguf.tensor("odd", Encoding.Q8_0, new long[] {2, 33}, () -> new float[66]))
                .withMessageContaining("odd");
        gguf.tensor("short", Encoding.F32, new long[] {4}, () -> new float[3]);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> gguf.write(directory.resolve("short.gguf")))
                .withMessageContaining("short");
    }

    private static float half(int bits) {
        int exponent = bits >>> 10;
        int fraction = bits & 0x3FF;
        return exponent == 0 ? Math.scalb(fraction, -24) : Math.scalb(1024 + fraction, exponent - 25);
    }

    private static String string(ByteBuffer in) {
        return ascii(in, Math.toIntExact(in.getLong()));
    }

    private static String ascii(ByteBuffer in, int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
