package io.triptych.speech.draft;

import io.triptych.checkpoint.CheckpointWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** The tiny checkpoint of the CSM family that {@code training/fixtures} made, with group heads of random weights. */
final class HeadsFixture {
    static final Path CHECKPOINT =
            Path.of(System.getProperty("triptych.root", ".."), "common", "src", "test", "resources", "parity", "csm");
    static final int WIDE = 40;
    static final int HIDDEN = 26;
    static final int STATE = 48;
    static final int CODES = 35;
    static final int CODEBOOKS = 5;

    final float[] ofState = random(WIDE * STATE, 0.2);
    final float[] ofCodes = random((CODEBOOKS - 1) * CODES * WIDE, 0.5);
    final float[] weight = random(HIDDEN * WIDE, 0.2);
    final float[] bias = random(HIDDEN, 1);
    final float[] heads = random((CODEBOOKS - 1) * CODES * HIDDEN, 1);
    final float[] biases = random((CODEBOOKS - 1) * CODES, 1);

    /** Copies the checkpoint's own files into a directory, beside which heads may be written. */
    static Path copy(Path directory) throws IOException {
        for (String file : new String[] {"config.json", "model.safetensors"}) {
            Files.copy(CHECKPOINT.resolve(file), directory.resolve(file));
        }
        return directory;
    }

    Path writeTo(Path directory) throws IOException {
        copy(directory);
        writer().add("heads.weight", heads, CODEBOOKS - 1, CODES, HIDDEN).write(directory.resolve(GroupHeads.FILE));
        return directory;
    }

    /** Of all tensors but the last. */
    CheckpointWriter writer() {
        return new CheckpointWriter()
                .add("state.weight", ofState, WIDE, STATE)
                .add("codes.weight", ofCodes, CODEBOOKS - 1, CODES, WIDE)
                .add("hidden.weight", weight, HIDDEN, WIDE)
                .add("hidden.bias", bias, HIDDEN)
                .add("heads.bias", biases, CODEBOOKS - 1, CODES);
    }

    private static float[] random(int size, double deviation) {
        Random random = new Random(size);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return values;
    }
}
