package io.triptych.image.web;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Keeps picture files in memory for a while, so that a URL can name them. What is too old is dropped, and the oldest
 * first when there is too much. Safe from any thread.
 */
final class PictureStore {
    /** A file that a URL names. */
    record StoredFile(byte[] bytes, PictureFormat format, Instant expiry) {}

    private final Duration lifetime;
    private final long maximumBytes;
    private final InstantSource clock;
    private final Map<String, StoredFile> files = new LinkedHashMap<>();
    private long bytes;

    /** @param maximumBytes of all files together; one that is larger by itself is not kept */
    PictureStore(Duration lifetime, long maximumBytes, InstantSource clock) {
        this.lifetime = lifetime;
        this.maximumBytes = maximumBytes;
        this.clock = clock;
    }

    /** Keeps a file under a new name that nobody can guess. */
    synchronized String put(byte[] file, PictureFormat format) {
        String name = UUID.randomUUID() + "." + format.label();
        files.put(name, new StoredFile(file, format, clock.instant().plus(lifetime)));
        bytes += file.length;
        dropOldest();
        return name;
    }

    /** A file, unless it was dropped or never there. */
    synchronized Optional<StoredFile> get(String name) {
        dropOldest();
        return Optional.ofNullable(files.get(name));
    }

    /** Files are in the order of their expiry. */
    private void dropOldest() {
        Instant now = clock.instant();
        Iterator<StoredFile> oldest = files.values().iterator();
        while (oldest.hasNext()) {
            StoredFile file = oldest.next();
            if (bytes <= maximumBytes && file.expiry().isAfter(now)) {
                return;
            }
            oldest.remove();
            bytes -= file.bytes().length;
        }
    }
}
