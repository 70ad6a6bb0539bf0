package io.triptych.bench;

import io.triptych.bench.image.ImageStudio;
import io.triptych.bench.speech.SpeechStudio;
import io.triptych.image.ImageEvent;
import io.triptych.image.ImageRequest;
import io.triptych.openai.SpeculationRequest;
import io.triptych.openai.SpeculationRequest.Mode;
import io.triptych.serving.GenerativeModel;
import io.triptych.serving.InferenceExecutor;
import io.triptych.serving.Job;
import io.triptych.speech.SpeechEvent;
import io.triptych.speech.SpeechRequest;
import io.triptych.text.TextRequest;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Thousands of requests of all modalities at once, some of which are given up: whether every answer is still what its
 * request gives alone, whether none is stuck, and whether memory stays flat.
 */
final class SoakBench implements AutoCloseable {
    private static final int CLIENTS = 8;
    private static final int ROOM = 8;
    private static final double CANCELLED = 0.2;
    private static final int ROUNDS = 10;
    private static final Duration STUCK = Duration.ofMinutes(2);
    private static final double MEBIBYTE = 1024 * 1024;
    private static final List<String> CAPTIONS = List.of(
            "a red circle on a white background",
            "a large blue square left of a small green star",
            "three yellow triangles",
            "a striped purple ring");
    private static final List<String> SENTENCES =
            List.of("Hello there.", "It is half past nine.", "The door was open.", "Nobody knew why.");

    private final int requests;
    private final List<Kind<?, ?>> kinds = new ArrayList<>();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger given = new AtomicInteger();
    private final AtomicInteger wrong = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger stuck = new AtomicInteger();

    SoakBench(int requests) {
        this.requests = requests;
    }

    /** The studio stays open. */
    void text(TextStudio studio) throws InterruptedException {
        List<TextRequest> pool = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            pool.add(studio.request(i, 8 + 4 * i, i % 3 * 0.4, i % 4 == 0 ? Mode.OFF : Mode.EXACT));
        }
        add("text", 8, studio::engine, pool, TextStudio::text);
    }

    /** The studio is closed with the bench. */
    void images(ImageStudio studio) throws InterruptedException {
        List<ImageRequest> pool = new ArrayList<>();
        for (int i = 0; i < CAPTIONS.size(); i++) {
            pool.add(studio.request(CAPTIONS.get(i), 1 + i, i, i));
        }
        add("image", 1, studio::engine, pool, SoakBench::picture);
    }

    /** The studio is closed with the bench. */
    void speech(SpeechStudio studio) throws InterruptedException {
        List<SpeechRequest> pool = new ArrayList<>();
        for (int i = 0; i < SENTENCES.size(); i++) {
            SpeechRequest asked = studio.request(SENTENCES.get(i), i, 0.5 + 0.25 * i, i);
            pool.add(new SpeechRequest(
                    asked.lines(), asked.dropped(), asked.sampling(), asked.seed(), SpeculationRequest.DEFAULT));
        }
        add("speech", 1, studio::engine, pool, SoakBench::sound);
    }

    private static Object picture(List<ImageEvent> events) {
        return events.stream()
                .filter(ImageEvent.Finished.class::isInstance)
                .map(event ->
                        Arrays.hashCode(((ImageEvent.Finished) event).picture().rgb()))
                .toList();
    }

    private static Object sound(List<SpeechEvent> events) {
        return events.stream()
                .filter(SpeechEvent.Sound.class::isInstance)
                .map(event -> Arrays.hashCode(((SpeechEvent.Sound) event).samples()))
                .toList();
    }

    /**
     * Adds what is asked for.
     *
     * @param share how often, in relation to the others
     * @param pool different requests
     * @param outcome makes of the events of an answer what is compared
     */
    private <R, E> void add(
            String name,
            int share,
            Callable<? extends GenerativeModel<R, E>> loader,
            List<R> pool,
            Function<List<E>, Object> outcome)
            throws InterruptedException {
        InferenceExecutor<R, E> executor =
                new InferenceExecutor<>("soak-" + name, CLIENTS, ROOM, Duration.ofSeconds(1), loader);
        executor.awaitLoaded();
        Kind<R, E> kind = new Kind<>(share, executor, pool, outcome, new ArrayList<>());
        for (R asked : pool) {
            List<E> events = new ArrayList<>();
            executor.submit(asked, events::add, stats -> {}).await();
            kind.expected.add(outcome.apply(events));
        }
        kinds.add(kind);
    }

    /** A modality, and what its requests give when they are alone. */
    private record Kind<R, E>(
            int share,
            InferenceExecutor<R, E> executor,
            List<R> pool,
            Function<List<E>, Object> outcome,
            List<Object> expected) {}

    void run(Report report) throws IOException, InterruptedException {
        MarkdownTable table =
                new MarkdownTable("requests", "answered", "given up", "heap after collection, MiB", "resident, MiB");
        double[] heaps = new double[ROUNDS];
        double[] residents = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            round(round);
            heaps[round] = heap() / MEBIBYTE;
            residents[round] = resident() / MEBIBYTE;
            table.row(
                    String.valueOf((round + 1) * (requests / ROUNDS)),
                    String.valueOf(answered),
                    String.valueOf(given),
                    Summary.number(heaps[round], 1),
                    Summary.number(residents[round], 0));
            System.err.printf("soak, round %d of %d%n", round + 1, ROUNDS);
        }
        String what = "soak of " + requests + " mixed requests, a fifth given up: ";
        report.claim(what + "answers that differ from those given alone", "0", wrong + " of " + answered, "");
        report.claim(what + "requests failed", "0", String.valueOf(failed), "");
        report.claim(what + "requests stuck", "0", String.valueOf(stuck), "");
        String since = "from a fifth of the requests to the end";
        report.claim(what + "growth of the heap", "within 5%", growthSinceAFifth(heaps), since);
        report.claim(what + "growth of resident memory", "within 5%", growthSinceAFifth(residents), since);
        report.table(
                "Soak",
                CLIENTS + " clients ask for text, images and speech at random, of models that share this process, and"
                        + " give a fifth of the requests up, at any time between the queue and the last pass.",
                table);
    }

    private void round(int round) throws InterruptedException {
        AtomicInteger left = new AtomicInteger(requests / ROUNDS);
        Clients.run(CLIENTS, client -> {
            Random random = new Random(1000L * round + client);
            while (left.getAndDecrement() > 0) {
                ask(random);
            }
        });
        for (Kind<?, ?> kind : kinds) {
            long begin = System.nanoTime();
            while (kind.executor.running() > 0 && System.nanoTime() - begin < STUCK.toNanos()) {
                Thread.sleep(1); // those that were given up leave before the next pass
            }
            stuck.addAndGet(kind.executor.running() + kind.executor.queueDepth());
        }
    }

    private void ask(Random random) {
        int all = kinds.stream().mapToInt(Kind::share).sum();
        int place = random.nextInt(all);
        for (Kind<?, ?> kind : kinds) {
            place -= kind.share;
            if (place < 0) {
                ask(kind, random);
                return;
            }
        }
    }

    private <R, E> void ask(Kind<R, E> kind, Random random) {
        int number = random.nextInt(kind.pool.size());
        List<E> events = Collections.synchronizedList(new ArrayList<>());
        try {
            Job job = kind.executor.submit(kind.pool.get(number), events::add, stats -> {});
            if (random.nextDouble() < CANCELLED) {
                Thread.sleep(random.nextInt(200));
                job.cancel();
            }
            if (!job.waitFor(STUCK)) {
                stuck.incrementAndGet();
                return;
            }
            job.await();
            answered.incrementAndGet();
            wrong.addAndGet(kind.outcome.apply(events).equals(kind.expected.get(number)) ? 0 : 1);
        } catch (CancellationException e) {
            given.incrementAndGet();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } catch (RuntimeException | Error e) {
            e.printStackTrace();
            failed.incrementAndGet(); // the others go on, as a service's would
        }
    }

    /** @param byRound after every tenth of the requests */
    static String growthSinceAFifth(double[] byRound) {
        double first = byRound[byRound.length / 5 - 1];
        double last = byRound[byRound.length - 1];
        return Summary.number(100 * (last / first - 1), 1) + "%";
    }

    private static double heap() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(100);
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Of this process, where Linux tells it. */
    private static double resident() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToDouble(line -> 1024 * Double.parseDouble(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElse(Double.NaN);
        }
    }

    @Override
    public void close() {
        kinds.forEach(kind -> kind.executor.close());
    }
}
