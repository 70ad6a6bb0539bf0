package io.triptych.text.draft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A store whose disk is full, or whose place is taken, goes on in memory, says so once, and recovers. */
class OutputStoreFaultTest {
    private static final int VOCABULARY = 100;

    /** Small enough that every output is saved at once. */
    private static final int CAPACITY = 64;

    private static final Path FULL = Path.of("/dev/full");

    @TempDir
    Path directory;

    private final Logger logger = (Logger) LoggerFactory.getLogger(OutputStore.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(log);
    }

    @Test
    void goesOnWhileTheDiskIsFullAndSavesWhenThereIsRoomAgain() throws IOException {
        assumeThat(FULL).as("a device that is always full").exists();
        Path file = directory.resolve("outputs.bin");
        try (OutputStore store = new OutputStore(file, VOCABULARY, CAPACITY)) {
            for (int i = 0; i < 3; i++) {
                Files.createSymbolicLink(directory.resolve("outputs.bin.tmp"), FULL);
                store.add(output(i));
                assertThat(directory).as("nothing half-written stays").isEmptyDirectory();
            }
            assertThat(store.size()).isEqualTo(15);
            assertThat(warnings()).singleElement().asString().contains("outputs.bin", "No space left on device");

            store.add(output(3));
            assertThat(file).as("there is room again").exists();
            Files.createSymbolicLink(directory.resolve("outputs.bin.tmp"), FULL);
            store.add(output(4));
            assertThat(warnings()).as("another failure is told again").hasSize(2);
        }
        assertThat(new OutputStore(file, VOCABULARY, CAPACITY).size())
                .as("what was saved last is whole")
                .isEqualTo(20);
    }

    @Test
    void goesOnWhereADirectoryStandsInTheFilesPlace() throws IOException {
        Path file = directory.resolve("outputs.bin");
        Files.createDirectories(file.resolve("inside"));
        Files.createDirectories(directory.resolve("outputs.bin.unreadable/inside"));
        try (OutputStore store = new OutputStore(file, VOCABULARY, CAPACITY)) {
            for (int i = 0; i < 3; i++) {
                store.add(output(i));
            }
            assertThat(store.size()).isEqualTo(15);
        }
        assertThat(warnings()).as("unreadable, not set aside, not saved").hasSize(3);
    }

    @Test
    void setsAsideWhatClaimsMoreThanAStoreHolds() throws IOException {
        Path file = directory.resolve("outputs.bin");
        int[] header = {0x54725331, VOCABULARY, Integer.MAX_VALUE, Integer.MAX_VALUE};
        ByteBuffer bytes = ByteBuffer.allocate(16);
        bytes.asIntBuffer().put(header);
        Files.write(file, bytes.array());
        try (OutputStore store = new OutputStore(file, VOCABULARY, CAPACITY)) {
            assertThat(store.size()).isZero();
        }
        assertThat(directory.resolve("outputs.bin.unreadable")).exists();
        assertThat(warnings()).singleElement().asString().contains("claims 2147483647 tokens");
    }

    private List<String> warnings() {
        assertThat(log.list).allMatch(event -> event.getLevel() == Level.WARN);
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private static int[] output(int i) {
        return new int[] {i, 10 + i, 20 + i, 30 + i, 40 + i};
    }
}
