package io.triptych.serving;

/** All places of a service's queue are taken. Nothing was done; trying again later may succeed. */
public final class QueueFullException extends RuntimeException {
    private final int retryAfterSeconds;

    QueueFullException(int capacity, int retryAfterSeconds) {
        super("all " + capacity + " places of the queue are taken; try again in " + retryAfterSeconds + " s");
        this.retryAfterSeconds = retryAfterSeconds;
    }

    /** When a place is likely to be free, from the length of recent jobs; at least 1. */
    public int retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
