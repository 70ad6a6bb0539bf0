package io.triptych.speech.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.checkpoint.SafeTensors;
import io.triptych.checkpoint.Tensor;
import io.triptych.decoder.CsmConfig;
import io.triptych.decoder.CsmDecoder;
import io.triptych.decoder.Precision;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sound beside that of {@code transformers}; {@code training/fixtures} made it. */
class MimiCodecTest {
    private static final Path FIXTURE =
            Path.of(System.getProperty("triptych.root", ".."), "common", "src", "test", "resources", "parity", "csm");

    private CheckpointDirectory checkpoint;
    private CodecConfig config;
    private Codec codec;
    private int[][] frames;
    private float[] expected;

    @BeforeEach
    void load() {
        checkpoint = CheckpointDirectory.open(FIXTURE);
        config = CodecConfig.from(checkpoint);
        codec = config.load(checkpoint);
        try (SafeTensors file = SafeTensors.open(FIXTURE.resolve("expected.safetensors"))) {
            float[] codes = floats(file.tensors().get("frames"));
            frames = new int[codes.length / codec.codebooks()][codec.codebooks()];
            for (int i = 0; i < codes.length; i++) {
                frames[i / codec.codebooks()][i % codec.codebooks()] = (int) codes[i];
            }
            expected = floats(file.tensors().get("audio"));
        }
    }

    @AfterEach
    void close() {
        codec.close();
        checkpoint.close();
    }

    @Test
    void agreesWithTransformers() {
        assertThat(codec.sampleRate()).isEqualTo(2400);
        assertThat(codec.frameRate()).isEqualTo(150);
        assertThat(expected).hasSize(frames.length * codec.samplesPerFrame());
        assertClose(decode(frames), expected);
    }

    /** No clicks: a sound in pieces is the sound, whatever the pieces and whatever other sounds are made meanwhile. */
    @Test
    void aSoundInPiecesHasNoSeams() {
        Random random = new Random(3);
        for (int largest = 1; largest <= 5; largest += 2) {
            try (Codec.Stream stream = codec.open();
                    Codec.Stream another = codec.open()) {
                float[] sound = new float[expected.length];
                int done = 0;
                while (done < frames.length) {
                    int end = Math.min(frames.length, done + 1 + random.nextInt(largest));
                    float[] piece = stream.decode(Arrays.copyOfRange(frames, done, end));
                    System.arraycopy(piece, 0, sound, done * codec.samplesPerFrame(), piece.length);
                    another.decode(new int[][] {frames[random.nextInt(frames.length)]});
                    assertThat(stream.decode(new int[0][])).isEmpty();
                    done = end;
                }
                assertClose(sound, expected);
            }
        }
    }

    /** What the test above would hear if nothing went over from piece to piece. */
    @Test
    void piecesAloneDoNotFit() {
        int half = frames.length / 2;
        float[] second = decode(Arrays.copyOfRange(frames, half, frames.length));
        float[] rest = Arrays.copyOfRange(expected, half * codec.samplesPerFrame(), expected.length);
        double difference = 0;
        for (int i = 0; i < rest.length; i++) {
            difference = Math.max(difference, Math.abs(rest[i] - second[i]));
        }
        assertThat(difference).isGreaterThan(0.1);
    }

    @Test
    void refusesWhatIsNoFrame() {
        try (Codec.Stream stream = codec.open()) {
            assertThatThrownBy(() -> stream.decode(new int[][] {{1, 2, 3}}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a frame of 3 codes");
            for (int code : new int[] {-1, codec.codes()}) {
                assertThatThrownBy(() -> stream.decode(new int[][] {{0, 1, 2, 3, code}}))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("code " + code);
            }
            assertClose(stream.decode(frames), expected);
        }
    }

    @Test
    void everyTensorIsUsedOrKnownNotToBe() {
        List<String> unused = config.unusedParts();
        assertThatThrownBy(() -> checkpoint.requireEveryTensorUsed(unused))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("backbone_model.");
        CsmConfig csm = CsmConfig.from(checkpoint);
        CsmDecoder.load(csm, csm.weights(checkpoint), Precision.INT8, 32).close();
        checkpoint.requireEveryTensorUsed(unused);
        assertThatThrownBy(checkpoint::requireEveryTensorUsed).hasMessageContaining("codec_model.");
    }

    private float[] decode(int[][] some) {
        try (Codec.Stream stream = codec.open()) {
            return stream.decode(some);
        }
    }

    private static void assertClose(float[] sound, float[] expected) {
        assertThat(sound).hasSameSizeAs(expected);
        for (int i = 0; i < sound.length; i++) {
            assertThat(sound[i]).as("sample %s", i).isCloseTo(expected[i], within(1e-4f));
        }
    }

    private static float[] floats(Tensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.elements())];
        tensor.read(0, values, 0, values.length);
        return values;
    }
}
