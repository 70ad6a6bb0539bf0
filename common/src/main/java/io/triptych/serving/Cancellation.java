package io.triptych.serving;

/** Tells running work that nobody waits for it any more. */
public interface Cancellation {
    boolean cancelled();

    /** Runs an action when the work is cancelled, at once if it is already. The action runs on the cancelling thread. */
    void onCancel(Runnable action);
}
