package io.triptych.speech.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.SafeTensors;
import io.triptych.checkpoint.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sound beside that of {@code training/speech/codec.py}; {@code training/fixtures} made it. */
class HarmonicCodecTest {
    private static final Path FIXTURE = Path.of("src", "test", "resources", "harmonic-codec");

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
    void agreesWithPyTorch() {
        assertThat(codec).isInstanceOf(HarmonicCodec.class);
        assertThat(codec.sampleRate()).isEqualTo(3000);
        assertThat(codec.frameRate()).isEqualTo(25);
        assertThat(expected).hasSize(frames.length * codec.samplesPerFrame());
        float[] sound = decode(frames);
        for (int i = 0; i < sound.length; i++) {
            assertThat(sound[i]).as("sample %s", i).isCloseTo(expected[i], within(1e-4f));
        }
    }

    /** No clicks: a sound in pieces is the sound, to the last bit, whatever other sounds are made meanwhile. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void aSoundInPiecesHasNoSeams(int size) {
        float[] whole = decode(frames);
        float[] sound = new float[whole.length];
        try (Codec.Stream stream = codec.open();
                Codec.Stream another = codec.open()) {
            for (int done = 0; done < frames.length; done += size) {
                int end = Math.min(frames.length, done + size);
                float[] piece = stream.decode(Arrays.copyOfRange(frames, done, end));
                System.arraycopy(piece, 0, sound, done * codec.samplesPerFrame(), piece.length);
                another.decode(Arrays.copyOfRange(frames, frames.length - end, frames.length - done));
                assertThat(stream.decode(new int[0][])).isEmpty();
            }
        }
        assertThat(sound).containsExactly(whole);
    }

    /** What the test above would hear if nothing went over from piece to piece. */
    @Test
    void piecesAloneDoNotFit() {
        int half = frames.length / 2;
        float[] second = decode(Arrays.copyOfRange(frames, half, frames.length));
        double difference = 0;
        for (int i = 0; i < second.length; i++) {
            difference = Math.max(difference, Math.abs(expected[half * codec.samplesPerFrame() + i] - second[i]));
        }
        assertThat(difference).isGreaterThan(0.1);
    }

    /** Nothing of a sound depends on frames to come. */
    @Test
    void isCausal() {
        int[][] other = frames.clone();
        other[10] = new int[] {0, 0, 0};
        float[] changed = decode(other);
        int until = 10 * codec.samplesPerFrame();
        float[] sound = decode(frames);
        assertThat(Arrays.copyOf(changed, until)).containsExactly(Arrays.copyOf(sound, until));
        assertThat(changed).isNotEqualTo(sound);
    }

    @Test
    void refusesWhatIsNoFrame() {
        try (Codec.Stream stream = codec.open()) {
            assertThatThrownBy(() -> stream.decode(new int[][] {{1, 2}}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a frame of 2 codes");
            for (int code : new int[] {-1, codec.codes()}) {
                assertThatThrownBy(() -> stream.decode(new int[][] {{0, 1, code}}))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("code " + code);
            }
            assertThat(stream.decode(frames)).containsExactly(decode(frames));
        }
    }

    @Test
    void everyTensorIsUsed() {
        checkpoint.requireEveryTensorUsed(config.unusedParts());
    }

    @Test
    void tellsTheVectorsOfTheCodes() {
        float[][][] vectors = config.vectors(checkpoint);
        float[] stored = floats(checkpoint.tensor("codec_model.quantizer.codebooks", 3, 19, 6));
        assertThat(vectors[2][18]).containsExactly(Arrays.copyOfRange(stored, stored.length - 6, stored.length));
        assertThat(vectors[1][0]).containsExactly(Arrays.copyOfRange(stored, 19 * 6, 20 * 6));
    }

    private float[] decode(int[][] some) {
        try (Codec.Stream stream = codec.open()) {
            return stream.decode(some);
        }
    }

    private static float[] floats(Tensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.elements())];
        tensor.read(0, values, 0, values.length);
        return values;
    }
}
