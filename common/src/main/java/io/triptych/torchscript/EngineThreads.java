package io.triptych.torchscript;

import ai.djl.pytorch.jni.JniUtils;

/**
 * What the engine wants to be told by every thread that uses it: how many threads share an operator, and that programs
 * are to be run as they are. It keeps such a number for every thread, and one for all in a library below it; so threads
 * that work at the same time must use the same.
 */
public final class EngineThreads {
    private static final ThreadLocal<Integer> CURRENT = new ThreadLocal<>();

    private static int all;
    private static int last;

    private EngineThreads() {}

    /** The most threads that may work at a time: what the engine was set up with. */
    public static synchronized int all() {
        if (all == 0) {
            all = JniUtils.getNumThreads();
        }
        return all;
    }

    /** Lets the calling thread's operators use so many threads from now on; at least 1. */
    public static void use(int count) {
        all(); // before it is changed
        synchronized (EngineThreads.class) {
            Integer mine = CURRENT.get();
            if (mine == null || mine != count || last != count) {
                if (mine == null) {
                    // Passes differ in their shapes: to rewrite a program for each takes longer than it saves.
                    JniUtils.setGraphExecutorOptimize(false);
                }
                JniUtils.setNumThreads(count);
                CURRENT.set(count);
                last = count;
            }
        }
    }
}
