package io.triptych.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.checkpoint.CheckpointWriter;
import io.triptych.sampling.Categorical;
import io.triptych.speculation.NeighbourTable;
import io.triptych.speculation.WindowInitialiser;
import io.triptych.tokenizer.TestCheckpoints;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class NeighbourFileTest {
    private static final int WIDTH = 4;
    private static final int CODES = 8;

    @TempDir
    Path directory;

    private final Map<String, Stored> tensors = new LinkedHashMap<>(Map.of(
            "places.0", new Stored(values(-1, 0, 0, -1), 2, 2),
            "contexts.0", new Stored(values(3, 1, 2, -1), 2, 2),
            "codes.0", new Stored(values(7, 5), 2),
            "shares.0", new Stored(values(255, 51), 2),
            "places.1", new Stored(values(-1, 0), 1, 2),
            "contexts.1", new Stored(values(3), 1, 1),
            "codes.1", new Stored(values(6), 1),
            "shares.1", new Stored(values(102), 1)));

    private record Stored(short[] values, long... shape) {}

    @Test
    void readsTheTemplatesInTheirOrder() {
        NeighbourTable table = read().orElseThrow();

        assertThat(table.guess(5, known(0, 1, 0, 0, 3)).certainToken()).isEqualTo(7);
        assertThat(table.guess(5, known(0, 2, 0, 0, 3)).certainToken()).isEqualTo(6);
        assertThat(table.guess(1, known(2)).certainToken()).isEqualTo(5);
        assertThat(table.certainty(1, known(2))).isEqualTo(0.2);
    }

    @Test
    void aCheckpointNeedNotHaveOne() {
        try (CheckpointDirectory checkpoint = TestCheckpoints.open(directory)) {
            assertThat(NeighbourFile.read(checkpoint, WIDTH, CODES)).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void refusesWhatMakesNoSense(String name, Stored stored, String problem) {
        if (stored == null) {
            tensors.remove(name);
        } else {
            tensors.put(name, stored);
        }
        assertThatThrownBy(this::read)
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(NeighbourFile.NAME)
                .hasMessageContaining(problem);
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of("places.0", null, "'places.0' is missing"),
                Arguments.of("codes.1", null, "'codes.1' is missing"),
                Arguments.of("places.0", new Stored(values(-1, 0, 0), 3), "'places.0' has shape [3]"),
                Arguments.of(
                        "places.0",
                        new Stored(values(-1, 0, 1, 0), 2, 2),
                        "'places.0' a place of a template is not before"),
                Arguments.of("places.0", new Stored(values(-1, 0, 0, -32000), 2, 2), "'places.0' holds -32000"),
                Arguments.of("contexts.0", new Stored(values(3, 1, 2), 3, 1), "'contexts.0' has shape [3, 1]"),
                Arguments.of("contexts.0", new Stored(values(3, 1, CODES, 0), 2, 2), "'contexts.0' holds 8"),
                Arguments.of("codes.0", new Stored(values(7), 1), "'codes.0' has shape [1], not [2]"),
                Arguments.of("codes.0", new Stored(values(7, -1), 2), "'codes.0' holds -1"),
                Arguments.of("shares.0", new Stored(values(256, 0), 2), "'shares.0' holds 256"),
                Arguments.of("more", new Stored(values(1), 1), "more than the tensors of 2 templates"));
    }

    private Optional<NeighbourTable> read() {
        CheckpointWriter writer = new CheckpointWriter();
        tensors.forEach((name, stored) -> writer.add(name, "I16", stored.values, stored.shape));
        writer.write(directory.resolve(NeighbourFile.NAME));
        try (CheckpointDirectory checkpoint = TestCheckpoints.open(directory)) {
            return NeighbourFile.read(checkpoint, WIDTH, CODES);
        }
    }

    private static short[] values(int... values) {
        short[] narrow = new short[values.length];
        for (int i = 0; i < values.length; i++) {
            narrow[i] = (short) values[i];
        }
        return narrow;
    }

    private static WindowInitialiser.Known known(int... codes) {
        return new WindowInitialiser.Known() {
            @Override
            public int token(int position) {
                return codes[position];
            }

            @Override
            public Categorical distribution(int position) {
                throw new AssertionError();
            }

            @Override
            public int vocabularySize() {
                return CODES;
            }
        };
    }
}
