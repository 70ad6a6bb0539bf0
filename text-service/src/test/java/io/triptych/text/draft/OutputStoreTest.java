package io.triptych.text.draft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputStoreTest {
    private static final int VOCABULARY = 100;

    @TempDir
    Path directory;

    @Test
    void remembersAcrossRuns() throws IOException {
        try (OutputStore store = store(1000)) {
            store.add(new int[] {1, 2, 3});
            store.add(new int[] {4, 5});
        }
        try (OutputStore store = store(1000)) {
            assertThat(store.size()).isEqualTo(5);
            assertThat(holds(store, 1, 2, 3)).isTrue();
            assertThat(holds(store, 4, 5)).isTrue();
            assertThat(holds(store, 3, 4))
                    .as("outputs do not run into each other")
                    .isFalse();
        }
        assertThat(files()).containsExactly("outputs.bin");
    }

    @Test
    void forgetsTheOldestBeyondItsCapacity() {
        OutputStore store = store(100);
        int generation = store.generation();
        for (int i = 0; i < 50; i++) {
            int first = i;
            store.add(IntStream.range(0, 10)
                    .map(t -> (first * 7 + t * t) % VOCABULARY)
                    .toArray());
        }
        assertThat(store.size()).isLessThanOrEqualTo(100);
        assertThat(store.generation()).isGreaterThan(generation);
        assertThat(store.automaton().states()).isLessThan(300);
    }

    @Test
    void doesNotTakeWhatItHoldsOrCannotHold() {
        OutputStore store = store(10);
        store.add(new int[] {1, 2, 3, 4});
        store.add(new int[] {2, 3});
        store.add(new int[11]);
        store.add(new int[0]);
        assertThat(store.size()).isEqualTo(4);
    }

    @Test
    void setsAnUnreadableFileAside() throws IOException {
        try (OutputStore store = store(1000)) {
            store.add(new int[] {1, 2, 3});
        }
        byte[] good = Files.readAllBytes(file());
        for (int at = 0; at < good.length; at++) {
            byte[] bad = good.clone();
            bad[at] ^= 0x40;
            checkSetAside(bad);
        }
        for (int length = 0; length < good.length; length++) {
            checkSetAside(java.util.Arrays.copyOf(good, length));
        }
        Files.write(file(), good);
        assertThat(store(1000).size()).as("the file itself is good").isEqualTo(3);
    }

    @Test
    void setsAsideTheFileOfAnotherVocabulary() throws IOException {
        try (OutputStore store = new OutputStore(file(), VOCABULARY + 1, 1000)) {
            store.add(new int[] {1, 2, 3});
        }
        checkSetAside(Files.readAllBytes(file()));
    }

    @Test
    void goesOnWhereNothingCanBeWritten() throws IOException {
        Files.writeString(directory.resolve("blocked"), "a file, not a directory");
        try (OutputStore store = new OutputStore(directory.resolve("blocked/outputs.bin"), VOCABULARY, 1000)) {
            store.add(new int[] {1, 2, 3});
            assertThat(holds(store, 1, 2, 3)).isTrue();
        }
    }

    private void checkSetAside(byte[] content) throws IOException {
        Files.write(file(), content);
        try (OutputStore store = store(1000)) {
            assertThat(store.size()).isZero();
            store.add(new int[] {7, 8});
        }
        assertThat(files()).containsExactly("outputs.bin", "outputs.bin.unreadable");
        assertThat(Files.readAllBytes(directory.resolve("outputs.bin.unreadable")))
                .isEqualTo(content);
        assertThat(holds(store(1000), 7, 8)).isTrue();
    }

    private OutputStore store(int capacity) {
        return new OutputStore(file(), VOCABULARY, capacity);
    }

    private Path file() {
        return directory.resolve("outputs.bin");
    }

    private Stream<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList().stream();
        }
    }

    private static boolean holds(OutputStore store, int... tokens) {
        int state = SuffixAutomaton.INITIAL;
        for (int token : tokens) {
            state = state == SuffixAutomaton.NONE ? state : store.automaton().next(state, token);
        }
        return state != SuffixAutomaton.NONE;
    }
}
