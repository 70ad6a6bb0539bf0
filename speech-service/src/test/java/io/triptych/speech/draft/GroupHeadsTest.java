package io.triptych.speech.draft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.checkpoint.CheckpointWriter;
import io.triptych.checkpoint.SafeTensors;
import io.triptych.checkpoint.Tensor;
import io.triptych.decoder.CsmConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupHeadsTest {
    private static final int STATE = HeadsFixture.STATE;
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
        float[] embeddings = embeddings();
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
                double[] expected = expected(state, frame, codebook, embeddings);
                for (int code = 0; code < CODES; code++) {
                    assertThat((double) logits[code]).isCloseTo(expected[code], within(1e-4));
                }
            }
        }
    }

    private double[] expected(float[] state, int[] frame, int codebook, float[] embeddings) {
        double[] x = new double[HIDDEN];
        for (int i = 0; i < HIDDEN; i++) {
            double sum = fixture.biases[(codebook - 1) * HIDDEN + i];
            for (int j = 0; j < STATE; j++) {
                sum += fixture.ofState[STATE * i + j] * state[j];
                for (int before = 0; before < codebook; before++) {
                    sum += fixture.ofCodes[STATE * i + j] * embeddings[(before * CODES + frame[before]) * STATE + j];
                }
            }
            x[i] = silu(sum);
        }
        double[] logits = new double[CODES];
        for (int i = 0; i < HIDDEN; i++) {
            double sum = fixture.bias[i];
            for (int j = 0; j < HIDDEN; j++) {
                sum += fixture.weight[HIDDEN * i + j] * x[j];
            }
            double y = x[i] + silu(sum);
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
                "has shape [1, 35, 24], not [4, 35, 24]");
        assertRefused(
                fixture.writer()
                        .add("heads.weight", fixture.heads, 4, CODES, HIDDEN)
                        .add("more", new float[1], 1),
                "more",
                "is not known");
        assertRefused(new CheckpointWriter(), "hidden.bias", "is missing");
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

    /** The fixture's embeddings are tied, and stored under the backbone's name or the depth decoder's. */
    private static float[] embeddings() {
        try (SafeTensors file = SafeTensors.open(HeadsFixture.CHECKPOINT.resolve("model.safetensors"))) {
            Tensor all = file.tensors()
                    .getOrDefault(
                            "backbone_model.embed_tokens.embed_audio_tokens.weight",
                            file.tensors().get("depth_decoder.model.embed_tokens.weight"));
            float[] rows = new float[HeadsFixture.CODEBOOKS * CODES * STATE];
            all.read(0, rows, 0, rows.length);
            return rows;
        }
    }
}
