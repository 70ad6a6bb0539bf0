package io.triptych.decoder;

import io.triptych.speculation.Target;
import io.triptych.speculation.TokenTree;
import io.triptych.torchscript.EngineThreads;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * How the threads share a pass. Those that share every operator wait for each other hundreds of times a pass, which small
 * models do not repay; those that take sequences of their own wait once. So the sequences of a pass are dealt out to
 * lanes, one a thread, where that is faster; it is tried out once for every decoder. What comes out is the same, since no
 * row depends on what stands beside it.
 */
final class Lanes implements AutoCloseable {
    private static final int TRIALS = 7;
    private static final long TRIAL_NANOS = 60_000_000;
    private static final int TRIAL_ROWS = 8;

    private final Supplier<Lane> maker;
    private final List<Lane> lanes = new ArrayList<>();
    private final ExecutorService helpers;
    private boolean dealt = true;
    private int threadsOfOne = EngineThreads.all();
    private int used = 1;

    /** @param maker of a lane for the same decoder */
    Lanes(Supplier<Lane> maker) {
        this.maker = maker;
        lanes.add(maker.get());
        helpers = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, Thread.currentThread().getName() + "-lane");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Tries out on how many threads a sequence alone is fastest, and whether two are faster in lanes of their own. */
    void settle(Target decoder) {
        if (EngineThreads.all() == 1) {
            return;
        }
        try (Target.Session first = decoder.open();
                Target.Session second = decoder.open()) {
            useAllForOne(faster(this::useAllForOne, decoder, List.of(first)));
            deal(faster(this::deal, decoder, List.of(first, second)));
        }
    }

    private void useAllForOne(boolean all) {
        threadsOfOne = all ? EngineThreads.all() : 1;
    }

    void deal(boolean inLanes) {
        dealt = inLanes;
    }

    /** Whether a small tree of each session is scored in less time with a switch on than off, taken in turns. */
    private static boolean faster(Consumer<Boolean> turn, Target decoder, List<Target.Session> sessions) {
        TokenTree tree = new TokenTree(0);
        for (int i = 1; i < Math.min(TRIAL_ROWS, decoder.capacity()); i++) {
            tree.add(TokenTree.ROOT, 0, 1, null);
        }
        List<Target.Step> steps =
                sessions.stream().map(session -> new Target.Step(session, tree)).toList();
        long leastOn = Long.MAX_VALUE;
        long leastOff = Long.MAX_VALUE;
        long begin = System.nanoTime();
        for (int trial = 0; trial < TRIALS && (trial < 2 || System.nanoTime() - begin < TRIAL_NANOS); trial++) {
            turn.accept(false);
            leastOff = Math.min(leastOff, nanos(decoder, steps));
            turn.accept(true);
            leastOn = Math.min(leastOn, nanos(decoder, steps));
        }
        sessions.forEach(session -> session.commit(new int[0]));
        return leastOn < leastOff;
    }

    private static long nanos(Target decoder, List<Target.Step> steps) {
        long begin = System.nanoTime();
        decoder.score(steps);
        return System.nanoTime() - begin;
    }

    /** Begins a pass of so many sequences. */
    void begin(int sequences) {
        used = dealt ? Math.max(1, Math.min(sequences, EngineThreads.all())) : 1;
        while (lanes.size() < used) {
            lanes.add(maker.get());
        }
        lanes.forEach(Lane::clear);
    }

    /** The lane that has least to do yet. */
    Lane next() {
        return lanes.subList(0, used).stream()
                .min(Comparator.comparingInt(Lane::load))
                .orElseThrow();
    }

    /** Runs the pass. What a lane fails with is thrown when all are over. */
    void run() {
        if (used == 1) {
            lanes.get(0).run(threadsOfOne);
            return;
        }
        int threads = Math.max(1, EngineThreads.all() / used);
        EngineThreads.use(threads); // before the others, who must find the same
        CompletableFuture<?>[] others = lanes.subList(1, used).stream()
                .map(lane -> CompletableFuture.runAsync(() -> lane.run(threads), helpers))
                .toArray(CompletableFuture[]::new);
        try {
            lanes.get(0).run(threads);
        } finally {
            CompletableFuture.allOf(others).join();
        }
    }

    @Override
    public void close() {
        helpers.shutdown();
        lanes.forEach(Lane::close);
    }
}
