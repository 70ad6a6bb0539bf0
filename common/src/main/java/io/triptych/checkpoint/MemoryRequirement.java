package io.triptych.checkpoint;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The memory that a model will take, part by part, told before it is loaded.
 *
 * @param parts bytes by name
 */
public record MemoryRequirement(Map<String, Long> parts) {
    private static final Pattern AVAILABLE = Pattern.compile("(?m)^MemAvailable:\\s+(\\d+) kB$");
    private static final Pattern RECLAIMABLE = Pattern.compile("(?m)^inactive_file (\\d+)$");
    private static final Pattern GROUP = Pattern.compile("(?m)^0::(/.*)$");

    public MemoryRequirement {
        parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
    }

    /** The sum of the parts in bytes. */
    public long bytes() {
        // Summed as double, which saturates where a hostile configuration would overflow.
        return (long) parts.values().stream().mapToDouble(Long::doubleValue).sum();
    }

    /**
     * Refuses what does not fit into the memory that is available now.
     *
     * @throws IllegalStateException with the numbers
     */
    public void requireAvailable() {
        requireWithin(available());
    }

    void requireWithin(long available) {
        if (bytes() > available) {
            throw new IllegalStateException(
                    "The model does not fit: it needs " + this + "; available are " + human(available));
        }
    }

    /**
     * Memory that native code can still take, in bytes: on Linux what the kernel estimates as available, within the
     * limits of the control groups (version 2) that the process is in; elsewhere the memory that the machine has, since
     * what is free there says little about what can be freed.
     */
    public static long available() {
        return available(Path.of("/"));
    }

    static long available(Path root) {
        Matcher available = AVAILABLE.matcher(read(root.resolve("proc/meminfo")));
        if (!available.find()) {
            return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                    .getTotalMemorySize();
        }
        long least = Long.parseLong(available.group(1)) * 1024;
        Path groups = root.resolve("sys/fs/cgroup");
        Matcher group = GROUP.matcher(read(root.resolve("proc/self/cgroup")));
        if (group.find()) {
            // A limit on any enclosing group holds too.
            Path own = groups.resolve(group.group(1).substring(1)).normalize();
            for (Path path = own; path.startsWith(groups); path = path.getParent()) {
                least = Math.min(least, availableIn(path));
            }
        }
        return least;
    }

    private static long availableIn(Path group) {
        String limit = read(group.resolve("memory.max")).strip();
        String current = read(group.resolve("memory.current")).strip();
        if (!limit.matches("\\d+") || !current.matches("\\d+")) {
            return Long.MAX_VALUE;
        }
        Matcher reclaimable = RECLAIMABLE.matcher(read(group.resolve("memory.stat")));
        long pageCache = reclaimable.find() ? Long.parseLong(reclaimable.group(1)) : 0;
        return Math.max(0, Long.parseLong(limit) - Long.parseLong(current) + pageCache);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }

    /** A size as people read it, such as {@code 1.5 GiB}. */
    public static String human(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
        int unit = 0;
        double size = bytes;
        while (size >= 1024 && unit < units.length - 1) {
            size /= 1024;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", size, units[unit]);
    }

    @Override
    public String toString() {
        return human(bytes())
                + parts.entrySet().stream()
                        .map(part -> part.getKey() + " " + human(part.getValue()))
                        .collect(Collectors.joining(", ", " (", ")"));
    }
}
