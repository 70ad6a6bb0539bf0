package io.triptych.text.draft;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The latest outputs of a model, to draft from when a request resembles an earlier one. Holds a bounded number of
 * tokens, the oldest outputs giving way, and outlives the process in a file if it has a path.
 *
 * <p>The file: the magic number and the vocabulary size, the number of outputs, then for each its length and tokens,
 * all big-endian 32-bit, and a CRC-32 of everything before. It is replaced as a whole, never changed in place: it is
 * written under the name {@code *.tmp} first. A file that cannot be read is set aside under the name {@code
 * *.unreadable} with a warning, and the store begins empty. Where the file cannot be written, such as on a full disk, the
 * store goes on in memory and tries again later; of such failures in a row only the first is logged.
 *
 * <p>Used by the inference thread only. What is stored can influence how fast a later request is answered, never what
 * it is answered under the lossless contracts.
 */
final class OutputStore implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(OutputStore.class);
    private static final int MAGIC = 0x54725331; // "TrS1"

    private final Path file;
    private final int vocabularySize;
    private final int capacity;
    private final Deque<int[]> outputs = new ArrayDeque<>();
    private int tokens;
    private int unsaved;
    private boolean failing;
    private SuffixAutomaton automaton = new SuffixAutomaton();
    private int indexed;
    private int generation;

    /**
     * @param file where the outputs are kept between runs, or null to forget them
     * @param capacity the most tokens to keep, greater than 0
     */
    OutputStore(Path file, int vocabularySize, int capacity) {
        this.file = file;
        this.vocabularySize = vocabularySize;
        this.capacity = capacity;
        if (file != null && Files.exists(file)) {
            load();
        }
    }

    /** The automaton over all outputs, with {@link #separator} after each. Valid for one {@link #generation}. */
    SuffixAutomaton automaton() {
        return automaton;
    }

    /** Changes when {@link #automaton} was built anew, so that its states mean something else. */
    int generation() {
        return generation;
    }

    /** The token between outputs, outside the vocabulary. */
    int separator() {
        return vocabularySize;
    }

    /** Number of tokens held. */
    int size() {
        return tokens;
    }

    /** Adds an output, unless the store already holds all of it. */
    void add(int[] output) {
        if (output.length == 0 || output.length > capacity || contains(output)) {
            return;
        }
        keep(output.clone());
        index(output);
        // Dropped outputs leave the automaton when it is built anew: seldom enough to cost little on average.
        if (indexed > capacity + capacity / 4) {
            rebuild();
        }
        unsaved += output.length;
        if (unsaved > capacity / 16) {
            save();
        }
    }

    /** Saves what was not saved yet. */
    @Override
    public void close() {
        if (unsaved > 0) {
            save();
        }
    }

    private boolean contains(int[] output) {
        int state = SuffixAutomaton.INITIAL;
        for (int i = 0; i < output.length && state != SuffixAutomaton.NONE; i++) {
            state = automaton.next(state, output[i]);
        }
        return state != SuffixAutomaton.NONE;
    }

    private void keep(int[] output) {
        outputs.addLast(output);
        tokens += output.length;
        while (tokens > capacity) {
            tokens -= outputs.removeFirst().length;
        }
    }

    private void index(int[] output) {
        for (int token : output) {
            automaton.extend(token);
        }
        automaton.extend(separator());
        indexed += output.length;
    }

    private void rebuild() {
        automaton = new SuffixAutomaton();
        indexed = 0;
        generation++;
        outputs.forEach(this::index);
    }

    private void load() {
        try {
            read();
        } catch (IOException problem) {
            log.warn("Starting with an empty store of outputs: {} cannot be read ({})", file, problem.toString());
            outputs.clear();
            tokens = 0;
            setAside();
        }
        rebuild();
    }

    private void read() throws IOException {
        CRC32 crc = new CRC32();
        try (DataInputStream in =
                new DataInputStream(new CheckedInputStream(new BufferedInputStream(Files.newInputStream(file)), crc))) {
            if (in.readInt() != MAGIC) {
                throw new IOException("it is no store of outputs");
            }
            int size = in.readInt();
            if (size != vocabularySize) {
                throw new IOException("its vocabulary has " + size + " tokens, the model's has " + vocabularySize);
            }
            int count = in.readInt();
            for (int i = 0; i < count; i++) {
                keep(readOutput(in));
            }
            long found = crc.getValue();
            if (in.readInt() != (int) found) {
                throw new IOException("its checksum is wrong");
            }
            if (in.read() >= 0) {
                throw new IOException("it does not end where it should");
            }
        }
    }

    private int[] readOutput(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 1 || length > capacity) {
            throw new IOException("an output claims " + length + " tokens");
        }
        int[] output = new int[length];
        for (int i = 0; i < length; i++) {
            output[i] = in.readInt();
            if (output[i] < 0 || output[i] >= vocabularySize) {
                throw new IOException("token " + output[i] + " is outside the vocabulary");
            }
        }
        return output;
    }

    private void setAside() {
        try {
            Files.move(
                    file, file.resolveSibling(file.getFileName() + ".unreadable"), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException problem) {
            log.warn("{} could not be set aside and will be replaced ({})", file, problem.getMessage());
        }
    }

    private void save() {
        unsaved = 0;
        if (file == null) {
            return;
        }
        try {
            write();
            failing = false;
        } catch (IOException problem) {
            if (!failing) {
                log.warn("The store of outputs cannot be saved to {} for now ({})", file, problem.toString());
            }
            failing = true;
        }
    }

    private void write() throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        // Always of the same name, so that a process that is killed while it writes leaves one such file at most.
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            CRC32 crc = new CRC32();
            try (DataOutputStream out = new DataOutputStream(
                    new CheckedOutputStream(new BufferedOutputStream(Files.newOutputStream(temporary)), crc))) {
                out.writeInt(MAGIC);
                out.writeInt(vocabularySize);
                out.writeInt(outputs.size());
                for (int[] output : outputs) {
                    out.writeInt(output.length);
                    for (int token : output) {
                        out.writeInt(token);
                    }
                }
                out.flush();
                out.writeInt((int) crc.getValue());
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
