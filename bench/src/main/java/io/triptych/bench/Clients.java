package io.triptych.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/** Threads that ask at the same time. */
final class Clients {
    private Clients() {}

    /**
     * Runs so many clients, and waits for all.
     *
     * @param client told its number, from 0 on
     * @throws IllegalStateException if one failed, with the reason as its cause
     */
    static void run(int count, IntConsumer client) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int number = i;
                running.add(threads.submit(() -> client.accept(number)));
            }
            for (Future<?> one : running) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a client failed", e.getCause());
        } finally {
            threads.shutdown();
        }
    }
}
