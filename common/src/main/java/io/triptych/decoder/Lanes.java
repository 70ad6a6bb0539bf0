package io.triptych.decoder;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDManager;
import io.triptych.speculation.Target;
import io.triptych.speculation.TokenTree;
import io.triptych.torchscript.EngineThreads;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * How the threads share a pass. Those that share every operator wait for each other hundreds of times a pass, which small
 * models do not repay. So rows are dealt out to lanes, one a thread, where that is faster: whole sequences, or parts of one,
 * of which the later follows on the earlier's heels, layer by layer. From how large a pass on that pays is tried out once for
 * every decoder. What comes out is the same, since no row depends on what stands beside it.
 */
final class Lanes implements AutoCloseable {
    /** What a sequence costs in a lane beside its rows, in rows. */
    private static final int SEQUENCE_ROWS = 4;

    private static final int TRIALS = 7;
    private static final long TRIAL_NANOS = 60_000_000;
    private static final int TRIAL_ROWS = 8;
    private static final int[] DEALT_TRIAL_ROWS = {16, 32, 64};

    /** The share of its time that a trial must take when dealt out: a helper that is woken up late costs more than a good one saves. */
    private static final double WORTHWHILE = 0.9;

    private static final int NEVER = Integer.MAX_VALUE;

    /**
     * Whether a lane sees what another has written before it told so. The program knows no fences; these processors keep
     * the order of writes without.
     */
    private static final boolean ORDERED_WRITES = List.of("amd64", "x86_64").contains(System.getProperty("os.arch"));

    private final Supplier<Lane> maker;
    private final List<Lane> lanes = new ArrayList<>();
    private final SharedArray written; // by lane: the layer that it has come through
    private final ExecutorService helpers;
    private int threadsOfOne = EngineThreads.all();
    private int dealtFrom = NEVER;

    private int used = 1;
    private final boolean[] follows = new boolean[EngineThreads.all()];
    private boolean meeting; // whether any does

    /** A part's nodes {@code [from, to)}, which are rows of a lane from {@code row} on. */
    record Piece(Lane lane, int row, int from, int to) {}

    /** @param maker of a lane for the same decoder */
    Lanes(Supplier<Lane> maker, PtNDManager manager) {
        this.maker = maker;
        lanes.add(maker.get());
        written = new SharedArray(manager, DataType.INT64, 1);
        written.reserve(EngineThreads.all());
        helpers = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, Thread.currentThread().getName() + "-lane");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Tries out on how many threads a lane alone is fastest, and from what size on two lanes are faster. */
    void settle(Target decoder) {
        if (EngineThreads.all() == 1) {
            return;
        }
        try (Target.Session first = decoder.open();
                Target.Session second = decoder.open()) {
            int most = decoder.capacity();
            useAllForOne(timeShare(this::useAllForOne, decoder, List.of(first), Math.min(TRIAL_ROWS, most)) < 1);
            List<Target.Session> sessions = ORDERED_WRITES ? List.of(first) : List.of(first, second);
            int least = NEVER;
            for (int i = 0; least == NEVER && i < DEALT_TRIAL_ROWS.length && DEALT_TRIAL_ROWS[i] <= most; i++) {
                int load = sessions.size() * (DEALT_TRIAL_ROWS[i] + SEQUENCE_ROWS);
                Consumer<Boolean> turn = on -> dealFrom(on ? load : NEVER);
                least = timeShare(turn, decoder, sessions, DEALT_TRIAL_ROWS[i]) < WORTHWHILE ? load : NEVER;
            }
            dealFrom(least);
        }
    }

    private void useAllForOne(boolean all) {
        threadsOfOne = all ? EngineThreads.all() : 1;
    }

    /** Settles the least load, rows and {@link #SEQUENCE_ROWS} for every sequence, that two lanes take. */
    void dealFrom(int load) {
        dealtFrom = load;
    }

    /** What share of the time without it scoring a tree of each session takes with a switch on, in turns. */
    private static double timeShare(Consumer<Boolean> turn, Target decoder, List<Target.Session> sessions, int rows) {
        TokenTree tree = new TokenTree(0);
        for (int i = 1; i < rows; i++) {
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
        return (double) leastOn / leastOff;
    }

    private static long nanos(Target decoder, List<Target.Step> steps) {
        long begin = System.nanoTime();
        decoder.score(steps);
        return System.nanoTime() - begin;
    }

    /**
     * Begins a pass: deals rows out, as many to every lane.
     *
     * @return where each part's rows are
     */
    Map<Part, List<Piece>> deal(List<Part> parts) {
        int load = parts.stream().mapToInt(part -> part.rows() + SEQUENCE_ROWS).sum();
        used = load < dealtFrom ? 1 : Math.min(EngineThreads.all(), Math.max(2, 2 * load / dealtFrom));
        while (lanes.size() < used) {
            lanes.add(maker.get());
        }
        lanes.forEach(Lane::clear);
        Arrays.fill(follows, false);
        meeting = false;
        Map<Part, List<Piece>> pieces = new HashMap<>();
        int share = (load + used - 1) / used;
        int number = 0;
        for (Part part : parts.stream().sorted(Part.DEALT).toList()) {
            List<Piece> ofPart = new ArrayList<>();
            for (int from = part.from(); from < part.tree().size(); ) {
                Lane lane = lanes.get(number);
                int left = part.tree().size() - from;
                int room = share - lane.rows() - SEQUENCE_ROWS * (lane.sequences() + 1);
                boolean whole = number == used - 1 || left <= room + SEQUENCE_ROWS;
                int count = whole ? left : room;
                if (count > 0 && (whole || ORDERED_WRITES)) {
                    follows[number] |= from > part.from();
                    meeting |= from > part.from();
                    int row = lane.add(part.session(), part.tree(), from, from + count, part.wanted());
                    ofPart.add(new Piece(lane, row, from, from + count));
                    from += count;
                }
                number += whole ? 0 : 1;
            }
            pieces.put(part, ofPart);
        }
        return pieces;
    }

    /** Runs the pass. What a lane fails with is thrown when all are over. */
    void run() {
        if (used == 1) {
            lanes.get(0).run(threadsOfOne, -1, false, written);
            return;
        }
        int threads = Math.max(1, EngineThreads.all() / used);
        EngineThreads.use(threads); // before the others, who must find the same
        for (int lane = 0; lane < used; lane++) {
            written.longs().put(lane, 0);
        }
        List<CompletableFuture<Void>> others = new ArrayList<>();
        try {
            for (int number = 1; number < used; number++) {
                int lane = number;
                others.add(CompletableFuture.runAsync(() -> run(lane, threads), helpers));
            }
            run(0, threads);
        } finally {
            release(0);
            CompletableFuture.allOf(others.toArray(CompletableFuture[]::new)).join();
        }
    }

    private void run(int number, int threads) {
        try {
            lanes.get(number).run(threads, meeting ? number : -1, follows[number], written);
        } finally {
            release(number);
        }
    }

    /** Lets nobody wait for a lane that is over, for whatever reason. */
    private void release(int lane) {
        written.longs().put(lane, Long.MAX_VALUE);
    }

    @Override
    public void close() {
        helpers.shutdown();
        lanes.forEach(Lane::close);
        written.close();
    }
}
