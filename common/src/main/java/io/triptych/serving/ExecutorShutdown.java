package io.triptych.serving;

import org.springframework.context.SmartLifecycle;

/**
 * Ends the executor while the web server still serves, so that the requests that are cancelled after the grace can say
 * so: the server's own graceful shutdown belongs to a later phase, and would wait for them without telling them.
 */
final class ExecutorShutdown implements SmartLifecycle {
    private final InferenceExecutor<?, ?> executor;
    private volatile boolean running;

    ExecutorShutdown(InferenceExecutor<?, ?> executor) {
        this.executor = executor;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        executor.close();
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** What has ended does not begin again. */
    @Override
    public boolean isPauseable() {
        return false;
    }
}
