package io.triptych.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.triptych.serving.ToyModel.Asked;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.web.server.context.WebServerGracefulShutdownLifecycle;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.support.GenericApplicationContext;

@Timeout(30)
class ExecutorShutdownTest {
    /** What the web server waits for when it stops: whether there is anything left. */
    private static final class WebServer implements SmartLifecycle {
        private final Job job;
        private Boolean waits;

        WebServer(Job job) {
            this.job = job;
        }

        @Override
        public void start() {}

        @Override
        public void stop() {
            waits = !job.isDone();
        }

        @Override
        public boolean isRunning() {
            return waits == null;
        }

        @Override
        public int getPhase() {
            return WebServerGracefulShutdownLifecycle.SMART_LIFECYCLE_PHASE;
        }
    }

    @Test
    void nothingIsLeftForTheWebServerToWaitFor() throws Exception {
        ToyModel model = new ToyModel();
        model.permits.drainPermits();
        InferenceExecutor<Asked, Integer> executor =
                new InferenceExecutor<>("test", 2, 1, Duration.ofMillis(50), () -> model);
        executor.awaitLoaded();
        Job endless = executor.submit(Asked.of(400, 1), token -> {}, stats -> {});
        WebServer server = new WebServer(endless);
        try (GenericApplicationContext context = new GenericApplicationContext()) {
            context.registerBean(ExecutorShutdown.class, () -> new ExecutorShutdown(executor));
            context.registerBean(WebServer.class, () -> server);
            context.refresh();
            Thread passes = new Thread(() -> trickle(model));
            passes.setDaemon(true);
            passes.start();
        }
        assertThat(server.waits).isFalse();
        assertThatThrownBy(endless::await).isInstanceOf(CancellationException.class);
        assertThat(model.closed).isTrue();
    }

    /** Lets passes end one by one, far too slowly for the request to come to its own end. */
    private static void trickle(ToyModel model) {
        try {
            while (!model.closed) {
                Thread.sleep(50);
                model.permits.release();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
