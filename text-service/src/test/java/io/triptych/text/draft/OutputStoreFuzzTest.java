package io.triptych.text.draft;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** Any bytes for the file of a store: it is read, or set aside, and the store works and is saved either way. */
@Timeout(20)
class OutputStoreFuzzTest {
    private static final int VOCABULARY = 100;
    private static final int CAPACITY = 1000;
    private static final int[] OUTPUT = {7, 8, 9, 8, 7, 6, 7, 8, 5};

    @TempDir
    static Path directory;

    @BeforeAll
    static void silence() {
        ((Logger) LoggerFactory.getLogger(OutputStore.class)).setLevel(Level.OFF);
    }

    @AfterAll
    static void speakAgain() {
        ((Logger) LoggerFactory.getLogger(OutputStore.class)).setLevel(null);
    }

    static Stream<byte[]> seeds() throws IOException {
        Path file = directory.resolve("seed.bin");
        try (OutputStore store = new OutputStore(file, VOCABULARY, CAPACITY)) {
            store.add(new int[] {1, 2, 3});
            store.add(new int[] {4});
        }
        byte[] good = Files.readAllBytes(file);
        byte[] long1 = good.clone();
        // The first output's length, a thousand million.
        long1[12] = 0x3b;
        return Stream.of(good, long1);
    }

    @MethodSource("seeds")
    @FuzzTest
    void isReadOrSetAside(byte[] content) throws IOException {
        Path file = Files.write(directory.resolve("outputs.bin"), content);
        try (OutputStore store = new OutputStore(file, VOCABULARY, CAPACITY)) {
            assertThat(store.size()).isBetween(0, CAPACITY);
            store.add(OUTPUT);
        }
        try (OutputStore again = new OutputStore(file, VOCABULARY, CAPACITY)) {
            assertThat(again.size()).isBetween(OUTPUT.length, CAPACITY);
        }
    }
}
