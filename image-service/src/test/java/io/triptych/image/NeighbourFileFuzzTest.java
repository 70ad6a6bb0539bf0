package io.triptych.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.checkpoint.CheckpointWriter;
import io.triptych.sampling.Categorical;
import io.triptych.speculation.NeighbourTable;
import io.triptych.speculation.WindowInitialiser;
import io.triptych.tokenizer.TestCheckpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes for a table of neighbours: it guesses codes that there are, or is refused by its name. */
@Timeout(20)
class NeighbourFileFuzzTest {
    private static final int WIDTH = 4;
    private static final int CODES = 8;

    @TempDir
    static Path directory;

    static Stream<byte[]> seeds() throws IOException {
        Path file = directory.resolve("seed.safetensors");
        new CheckpointWriter()
                .add("places.0", "I16", new short[] {-1, 0, 0, -1}, 2, 2)
                .add("contexts.0", "I16", new short[] {3, 1, 2, -1}, 2, 2)
                .add("codes.0", "I16", new short[] {7, 5}, 2)
                .add("shares.0", "I16", new short[] {255, 51}, 2)
                .write(file);
        byte[] good = Files.readAllBytes(file);
        byte[] wrong = good.clone();
        wrong[wrong.length - 5] = 8;
        return Stream.of(good, wrong);
    }

    @MethodSource("seeds")
    @FuzzTest
    void readsOrRefuses(byte[] content) throws IOException {
        Files.write(directory.resolve(NeighbourFile.NAME), content);
        try (CheckpointDirectory checkpoint = TestCheckpoints.open(directory)) {
            NeighbourTable table = NeighbourFile.read(checkpoint, WIDTH, CODES).orElseThrow();
            for (int position = 1; position < WIDTH * WIDTH; position++) {
                Categorical guess = table.guess(position, ROWS);
                assertThat(guess.certainToken()).isLessThan(CODES);
                assertThat(table.certainty(position, ROWS)).isBetween(0.0, 1.0);
            }
        } catch (CheckpointException e) {
            assertThat(e.getMessage()).contains(NeighbourFile.NAME);
        }
    }

    private static final WindowInitialiser.Known ROWS = new WindowInitialiser.Known() {
        @Override
        public int token(int position) {
            return position / WIDTH % CODES;
        }

        @Override
        public Categorical distribution(int position) {
            return Categorical.uniform(CODES);
        }

        @Override
        public int vocabularySize() {
            return CODES;
        }
    };
}
