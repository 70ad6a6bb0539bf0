package io.triptych.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file mapped read-only, little-endian, of any size: a single mapping ends at 2 GiB, so this one is made of windows.
 * Each window reaches a little into the next, so that no element is cut whatever its alignment. The mapping lasts until
 * nothing refers to its windows any more: Java 17 has no way to end it sooner.
 */
final class MappedFile implements AutoCloseable {
    private static final long WINDOW = 1L << 30;
    private static final long OVERLAP = Long.BYTES;

    private volatile MappedByteBuffer[] windows;

    MappedFile(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            MappedByteBuffer[] mapped = new MappedByteBuffer[Math.toIntExact((size + WINDOW - 1) / WINDOW)];
            for (int i = 0; i < mapped.length; i++) {
                long begin = i * WINDOW;
                mapped[i] = channel.map(MapMode.READ_ONLY, begin, Math.min(WINDOW + OVERLAP, size - begin));
            }
            windows = mapped;
        }
    }

    /** The bytes from a position inside the file to the end of its window: at least 8, or all that the file still has. */
    ByteBuffer from(long position) {
        MappedByteBuffer[] mapped = windows;
        if (mapped == null) {
            throw new IllegalStateException("The checkpoint is closed");
        }
        MappedByteBuffer window = mapped[Math.toIntExact(position / WINDOW)];
        int begin = Math.toIntExact(position % WINDOW);
        return window.slice(begin, window.capacity() - begin).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Lets go of the windows; what was sliced from them stays readable. */
    @Override
    public void close() {
        windows = null;
    }
}
