package io.triptych.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes for a file of weights: it is read whole, or refused by its name. */
@Timeout(20)
class SafeTensorsFuzzTest {
    @TempDir
    static Path directory;

    static Stream<byte[]> seeds() throws IOException {
        Path file = directory.resolve("seed.safetensors");
        new CheckpointWriter()
                .add("x", new float[] {1, 2}, 2)
                .add("half", "F16", new short[3], 3, 1)
                .add("brain", "BF16", new short[1])
                .add("short", "I16", new short[2], 2)
                .add("integer", "I64", new byte[8], 1)
                .add("none", new float[0], 0, 7)
                .write(file);
        byte[] good = Files.readAllBytes(file);
        byte[] integer = good.clone();
        integer[integer.length - 1] = 0x7f;
        return Stream.of(good, integer);
    }

    @MethodSource("seeds")
    @FuzzTest
    void readsOrRefuses(byte[] content) throws IOException {
        Path file = Files.write(directory.resolve("model.safetensors"), content);
        try (SafeTensors tensors = SafeTensors.open(file)) {
            for (Tensor tensor : tensors.tensors().values()) {
                float[] values = new float[Math.toIntExact(tensor.elements())];
                tensor.read(0, values, 0, values.length);
            }
        } catch (CheckpointException e) {
            assertThat(e.getMessage()).contains("model.safetensors");
        }
    }
}
