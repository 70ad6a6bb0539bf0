package io.triptych.speech.draft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.checkpoint.CheckpointWriter;
import io.triptych.decoder.CsmConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupHeadsTest {
    private static final int STATE = HeadsFixture.STATE;
    private static final int WIDE = HeadsFixture.WIDE;
    private static final int HIDDEN = HeadsFixture.HIDDEN;
    private static final int CODES = HeadsFixture.CODES;

    private final HeadsFixture fixture = new HeadsFixture();

    @TempDir
    private Path directory;

    /** Beside the formula, written down as it stands. */
    @Test
    void givesTheLogitsOfEveryCodebook() throws IOException {
        fixture.writeTo(directory);
        GroupHeads heads = read().orElseThrow();
        Random random = new Random(1);
        for (int round = 0; round < 3; round++) {
            float[] state = new float[STATE];
            for (int i = 0; i < STATE; i++) {
                state[i] = (float) random.nextGaussian();
            }
            int[] frame = random.ints(HeadsFixture.CODEBOOKS, 0, CODES).toArray();
            float[] sum = heads.begin(state);
            for (int codebook = 1; codebook < HeadsFixture.CODEBOOKS; codebook++) {
                heads.add(sum, codebook - 1, frame[codebook - 1]);
                float[] logits = heads.logits(sum, codebook);
                assertThat(logits).hasSize(CODES);
                double[] expected = expected(state, frame, codebook);
                for (int code = 0; code < CODES; code++) {
                    assertThat((double) logits[code]).isCloseTo(expected[code], within(1e-4));
                }
            }
        }
    }

    private double[] expected(float[] state, int[] frame, int codebook) {
        double[] x = new double[WIDE];
        for (int i = 0; i < WIDE; i++) {
            double sum = 0;
            for (int j = 0; j < STATE; j++) {
                sum += fixture.ofState[STATE * i + j] * state[j];
            }
            for (int before = 0; before < codebook; before++) {
                sum += fixture.ofCodes[(before * CODES + frame[before]) * WIDE + i];
            }
            x[i] = silu(sum);
        }
        double[] logits = new double[CODES];
        for (int code = 0; code < CODES; code++) {
            logits[code] = fixture.biases[(codebook - 1) * CODES + code];
        }
        for (int i = 0; i < HIDDEN; i++) {
            double sum = fixture.bias[i];
            for (int j = 0; j < WIDE; j++) {
                sum += fixture.weight[WIDE * i + j] * x[j];
            }
            double y = silu(sum);
            for (int code = 0; code < CODES; code++) {
                logits[code] += fixture.heads[((codebook - 1) * CODES + code) * HIDDEN + i] * y;
            }
        }
        return logits;
    }

    private static double silu(double value) {
        return value / (1 + Math.exp(-value));
    }

    @Test
    void aCheckpointNeedNotHaveThem() throws IOException {
        HeadsFixture.copy(directory);
        assertThat(read()).isEmpty();
    }

    @Test
    void refusesOtherTensorsThanItsOwn() throws IOException {
        HeadsFixture.copy(directory);
        assertRefused(fixture.writer(), "heads.weight", "is missing");
        assertRefused(
                fixture.writer().add("heads.weight", new float[CODES * HIDDEN], 1, CODES, HIDDEN),
                "heads.weight",
                "has shape [1, 35, 26], not [4, 35, 26]");
        assertRefused(
                fixture.writer()
                        .add("heads.weight", fixture.heads, 4, CODES, HIDDEN)
                        .add("more", new float[1], 1),
                "more",
                "is not known");
        assertRefused(new CheckpointWriter(), "state.weight", "is missing");
    }

    private void assertRefused(CheckpointWriter writer, String tensor, String problem) {
        writer.write(directory.resolve(GroupHeads.FILE));
        assertThatThrownBy(this::read)
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("tensor '" + tensor + "' " + problem)
                .hasMessageContaining(GroupHeads.FILE);
    }

    private Optional<GroupHeads> read() {
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(directory)) {
            return GroupHeads.of(checkpoint, CsmConfig.from(checkpoint));
        }
    }
}
