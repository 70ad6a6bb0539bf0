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
        float[] embeddings = firstCodeEmbeddings();
        Random random = new Random(1);
        for (int firstCode = 0; firstCode < CODES; firstCode += 17) {
            float[] state = new float[STATE];
            for (int i = 0; i < STATE; i++) {
                state[i] = (float) random.nextGaussian();
            }
            double[] x = new double[HIDDEN];
            for (int i = 0; i < HIDDEN; i++) {
                double sum = fixture.bias[i];
                for (int j = 0; j < STATE; j++) {
                    sum += fixture.weight[2 * STATE * i + j] * state[j];
                    sum += fixture.weight[2 * STATE * i + STATE + j] * embeddings[firstCode * STATE + j];
                }
                x[i] = sum / (1 + Math.exp(-sum));
            }
            float[] hidden = heads.hidden(state, firstCode);
            for (int codebook = 1; codebook < HeadsFixture.CODEBOOKS; codebook++) {
                float[] logits = heads.logits(hidden, codebook);
                assertThat(logits).hasSize(CODES);
                for (int code = 0; code < CODES; code++) {
                    double sum = 0;
                    for (int i = 0; i < HIDDEN; i++) {
                        sum += fixture.heads[((codebook - 1) * CODES + code) * HIDDEN + i] * x[i];
                    }
                    assertThat((double) logits[code]).isCloseTo(sum, within(1e-4));
                }
            }
        }
    }

    @Test
    void aCheckpointNeedNotHaveThem() throws IOException {
        HeadsFixture.copy(directory);
        assertThat(read()).isEmpty();
    }

    @Test
    void refusesOtherTensorsThanItsOwn() throws IOException {
        HeadsFixture.copy(directory);
        assertRefused(writer(), "heads.weight", "is missing");
        assertRefused(
                writer().add("heads.weight", new float[CODES * HIDDEN], 1, CODES, HIDDEN),
                "heads.weight",
                "has shape [1, 35, 24], not [4, 35, 24]");
        assertRefused(
                writer().add("heads.weight", fixture.heads, 4, CODES, HIDDEN).add("more", new float[1], 1),
                "more",
                "is not known");
        assertRefused(new CheckpointWriter(), "hidden.bias", "is missing");
    }

    private CheckpointWriter writer() {
        return new CheckpointWriter()
                .add("hidden.weight", fixture.weight, HIDDEN, 2 * STATE)
                .add("hidden.bias", fixture.bias, HIDDEN);
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
    private static float[] firstCodeEmbeddings() {
        try (SafeTensors file = SafeTensors.open(HeadsFixture.CHECKPOINT.resolve("model.safetensors"))) {
            Tensor all = file.tensors()
                    .getOrDefault(
                            "backbone_model.embed_tokens.embed_audio_tokens.weight",
                            file.tensors().get("depth_decoder.model.embed_tokens.weight"));
            float[] first = new float[CODES * STATE];
            all.read(0, first, 0, first.length);
            return first;
        }
    }
}
