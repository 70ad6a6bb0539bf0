package io.triptych.speech.draft;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.decoder.CsmConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes for group heads: they give logits of every codebook, or are refused by their name. */
@Timeout(20)
class GroupHeadsFuzzTest {
    @TempDir
    static Path directory;

    static Stream<byte[]> seeds() throws IOException {
        new HeadsFixture().writeTo(directory);
        byte[] good = Files.readAllBytes(directory.resolve(GroupHeads.FILE));
        byte[] wrong = good.clone();
        wrong[20] ^= 1;
        return Stream.of(good, wrong);
    }

    @MethodSource("seeds")
    @FuzzTest
    void readsOrRefuses(byte[] content) throws IOException {
        Files.write(directory.resolve(GroupHeads.FILE), content);
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(directory)) {
            GroupHeads heads =
                    GroupHeads.of(checkpoint, CsmConfig.from(checkpoint)).orElseThrow();
            float[] sum = heads.begin(new float[HeadsFixture.STATE]);
            for (int codebook = 1; codebook < HeadsFixture.CODEBOOKS; codebook++) {
                heads.add(sum, codebook - 1, codebook % HeadsFixture.CODES);
                assertThat(heads.logits(sum, codebook)).hasSize(HeadsFixture.CODES);
            }
        } catch (CheckpointException e) {
            assertThat(e.getMessage()).contains(GroupHeads.FILE);
        }
    }
}
