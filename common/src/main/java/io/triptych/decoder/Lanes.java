package io.triptych.decoder;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDManager;
import io.triptych.torchscript.EngineThreads;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * How the threads share a pass. Those that share every operator wait for each other hundreds of times a pass, which small
 * models do not repay. So rows are dealt out to lanes where that is faster: whole sequences, or parts of one, of which the later
 * follows on the earlier's heels, layer by layer. How many lanes are fastest is learnt from the passes ({@link FastestWay}). What comes out is
 * the same, since no row depends on what stands beside it.
 */
final class Lanes implements AutoCloseable {
    /** What a sequence takes in a lane beside its rows, in rows that look back at nothing. */
    private static final int SEQUENCE_ROWS = 4;

    /** To look back at so many tokens takes as long as all else. */
    private static final double TOKENS_LOOKED_BACK_AT = 300;

    /**
     * Whether a lane sees what another has written before it told so. The program knows no fences; these processors keep
     * the order of writes without.
     */
    private static final boolean ORDERED_WRITES = List.of("amd64", "x86_64").contains(System.getProperty("os.arch"));

    private final Supplier<Lane> maker;
    private final List<Lane> lanes = new ArrayList<>();
    private final SharedArray written; // by lane: the layer that it has come through
    private final ExecutorService helpers;
    private final FastestWay fastest;
    private int settled = -1; // the way to take; negative: the fastest

    private double load;
    private int open; // ways that the pass could take
    private int way;
    private int used = 1;
    private final boolean[] follows = new boolean[EngineThreads.all()];
    private boolean meeting; // whether any does

    /** A part's nodes {@code [from, to)}, which are rows of a lane from {@code row} on. */
    record Piece(Lane lane, int row, int from, int to) {}

    /** @param maker of a lane for the same decoder */
    Lanes(Supplier<Lane> maker, PtNDManager manager) {
        this.maker = maker;
        fastest = new FastestWay(waysOf(EngineThreads.all()));
        lanes.add(maker.get());
        written = new SharedArray(manager, DataType.INT64, 1);
        written.reserve(EngineThreads.all());
        helpers = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, Thread.currentThread().getName() + "-lane");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Settles the way of every pass that it is open to, rather than the fastest. */
    void settle(int way) {
        settled = way;
    }

    /** How many ways there are with so many lanes at most: one on one thread, one on all threads, then two, four and so on. */
    private static int waysOf(int most) {
        return EngineThreads.all() == 1 ? 1 : most <= 1 ? 2 : 2 + Integer.SIZE - Integer.numberOfLeadingZeros(most - 1);
    }

    private static int lanesOf(int way) {
        return way == 0 ? 1 : Math.min(1 << (way - 1), EngineThreads.all());
    }

    private static int threadsOf(int way) {
        return way == 0 ? 1 : EngineThreads.all() / lanesOf(way);
    }

    /**
     * Begins a pass: deals rows out, as many to every lane, or fewer where they look back at more.
     *
     * @return where each part's rows are
     */
    Map<Part, List<Piece>> deal(List<Part> parts) {
        load = Math.max(
                1, parts.stream().mapToDouble(part -> load(part, part.from())).sum());
        int most = ORDERED_WRITES ? parts.stream().mapToInt(Part::rows).sum() : parts.size();
        open = waysOf(Math.min(most, EngineThreads.all()));
        way = settled < 0 ? fastest.choose(load, open) : Math.min(settled, open - 1);
        int count = lanesOf(way);
        while (lanes.size() < count) {
            lanes.add(maker.get());
        }
        lanes.forEach(Lane::clear);
        Arrays.fill(follows, false);
        meeting = false;
        Map<Part, List<Piece>> pieces = new HashMap<>();
        used = 1;
        double room = load / count;
        for (Part part : parts.stream().sorted(Part.DEALT).toList()) {
            List<Piece> ofPart = new ArrayList<>();
            for (int from = part.from(); from < part.tree().size(); ) {
                boolean whole = used == count || load(part, from) <= room + SEQUENCE_ROWS;
                int to = whole ? part.tree().size() : ORDERED_WRITES ? end(part, from, room) : from;
                if (to > from) {
                    boolean following = from > part.from();
                    follows[used - 1] |= following;
                    meeting |= following;
                    Lane lane = lanes.get(used - 1);
                    int row = lane.add(part.session(), part.tree(), from, to, part.wanted());
                    ofPart.add(new Piece(lane, row, from, to));
                    room -= load(part, from, to);
                    from = to;
                }
                if (!whole) {
                    used++;
                    room = load / count;
                }
            }
            pieces.put(part, ofPart);
        }
        return pieces;
    }

    /** What a part takes from a row on, in rows that look back at nothing. */
    private static double load(Part part, int from) {
        return load(part, from, part.tree().size());
    }

    private static double load(Part part, int from, int to) {
        double lookingBackAt = part.session().length() + (from + to) / 2.0; // on average
        return (SEQUENCE_ROWS + to - from) * (1 + lookingBackAt / TOKENS_LOOKED_BACK_AT);
    }

    /** Up to which row a part fills a lane's room; it goes on in the very next lane, with a row at least. */
    private static int end(Part part, int from, double room) {
        int to = from > part.from() ? from + 1 : from;
        while (load(part, from, to + 1) <= room) {
            to++;
        }
        return to;
    }

    /** Runs the pass. What a lane fails with is thrown when all are over. */
    void run() {
        long begin = System.nanoTime();
        int threads = threadsOf(way);
        if (used == 1) {
            lanes.get(0).run(threads, -1, false, written);
        } else {
            runAll(threads);
        }
        fastest.took(way, load, open, (System.nanoTime() - begin) / 1e9);
    }

    private void runAll(int threads) {
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
