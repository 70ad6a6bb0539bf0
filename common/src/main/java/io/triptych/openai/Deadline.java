package io.triptych.openai;

import java.time.Duration;

/**
 * When something must be done.
 *
 * @param limit how long it may take
 * @param end on the clock of {@link System#nanoTime}
 */
record Deadline(Duration limit, long end) {
    /** From now on. */
    static Deadline in(Duration limit) {
        return new Deadline(limit, System.nanoTime() + limit.toNanos());
    }

    boolean passed() {
        return remaining() <= 0;
    }

    /** The time that is left, at most so much; nothing if the deadline has passed. */
    Duration atMost(Duration wait) {
        return Duration.ofNanos(Math.max(0, Math.min(wait.toNanos(), remaining())));
    }

    private long remaining() {
        return end - System.nanoTime();
    }
}
