package io.triptych.bench;

import io.triptych.openai.SpeculationRequest;
import io.triptych.serving.Generation;
import io.triptych.serving.GenerativeModel;
import io.triptych.serving.InferenceExecutor;
import io.triptych.speculation.DecodingLoop;
import io.triptych.text.TextDelta;
import io.triptych.text.TextEngine;
import io.triptych.text.TextRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Many users at once: so many clients ask the text service's executor, each again as soon as it has its answer, with
 * speculation and without, in turns. Every answer is compared with what the same request gave when it was alone.
 */
final class LoadBench {
    private static final int[] CLIENTS = {1, 4, 8, 16, 32};
    private static final double[] TEMPERATURES = {0, 0.8};
    private static final int REQUESTS = 64;
    private static final int[] LENGTHS = {32, 64, 96, 128};
    private static final int ROOM = 32;

    private final TextStudio studio;
    private final int turns;

    LoadBench(TextStudio studio, int turns) {
        this.studio = studio;
        this.turns = turns;
    }

    /** What one run of all requests took, in seconds. */
    private record Run(double seconds, long tokens, double[] latencies, double[] firsts, int equal) {
        double goodput() {
            return tokens / seconds;
        }
    }

    void run(Report report) throws InterruptedException {
        MarkdownTable table = new MarkdownTable(
                "temperature",
                "clients",
                "tokens/s, speculation off",
                "on",
                "on over off",
                "latency off: median, 95 %",
                "on",
                "first token off: median, 95 %",
                "on",
                "equal to alone");
        report.table(
                "Load",
                REQUESTS + " requests, of held-out Java prompts and " + Arrays.toString(LENGTHS)
                        + " tokens in turn, asked by so many clients, each again as soon as it has its answer; at most "
                        + ROOM
                        + " sequences in a pass; int8, contract exact, adaptive budget. Runs with speculation off"
                        + " and on in turns, " + turns + " each, medians; every run starts with drafters that have seen"
                        + " nothing. Latency is that of a whole answer, in milliseconds.",
                table);
        int equal = 0;
        int answers = 0;
        try (InferenceExecutor<TextRequest, TextDelta> executor =
                new InferenceExecutor<>("load", 2 * ROOM, ROOM, Duration.ofSeconds(1), FreshEngines::new)) {
            executor.awaitLoaded();
            for (double temperature : TEMPERATURES) {
                List<String> alone = new ArrayList<>();
                measure(executor, temperature, SpeculationRequest.Mode.OFF, 1, alone); // also warms up
                measure(executor, temperature, SpeculationRequest.Mode.EXACT, 4, alone);
                List<Double> goodputs = new ArrayList<>();
                for (int clients : CLIENTS) {
                    List<Run> off = new ArrayList<>();
                    List<Run> on = new ArrayList<>();
                    for (int turn = 0; turn < turns; turn++) {
                        off.add(measure(executor, temperature, SpeculationRequest.Mode.OFF, clients, alone));
                        on.add(measure(executor, temperature, SpeculationRequest.Mode.EXACT, clients, alone));
                        System.err.printf(
                                "load, temperature %s, %d clients, turn %d: %.0f tokens/s off, %.0f on%n",
                                temperature,
                                clients,
                                turn + 1,
                                off.get(turn).goodput(),
                                on.get(turn).goodput());
                    }
                    double[] ratios = new double[turns];
                    Arrays.setAll(ratios, i -> on.get(i).goodput() / off.get(i).goodput());
                    int same = off.stream().mapToInt(Run::equal).sum()
                            + on.stream().mapToInt(Run::equal).sum();
                    equal += same;
                    answers += 2 * turns * REQUESTS;
                    goodputs.add(median(on));
                    table.row(
                            String.valueOf(temperature),
                            String.valueOf(clients),
                            Summary.number(median(off), 0),
                            Summary.number(median(on), 0),
                            Summary.number(Summary.of(ratios).median(), 2) + " ["
                                    + Summary.of(ratios).range(2) + "]",
                            milliseconds(off, Run::latencies),
                            milliseconds(on, Run::latencies),
                            milliseconds(off, Run::firsts),
                            milliseconds(on, Run::firsts),
                            same + "/" + 2 * turns * REQUESTS);
                    claim(report, temperature, clients, Summary.of(ratios));
                }
                report.claim(
                        "text, temperature " + temperature + ": goodput of 8 clients over 1, speculation on",
                        "2.5x",
                        Summary.number(goodputs.get(2) / goodputs.get(0), 2) + "x",
                        "medians of " + turns + " runs");
            }
        }
        report.claim("text under load: answers equal to those given alone", "all", equal + " of " + answers, "");
    }

    private static void claim(Report report, double temperature, int clients, Summary ratios) {
        if (clients == 32) {
            return;
        }
        report.claim(
                "text, temperature " + temperature + ", " + clients + " clients: goodput with speculation over without",
                clients <= 4 ? "1.5x" : "1.0x",
                Summary.number(ratios.median(), 2) + "x",
                "runs " + ratios.range(2));
    }

    /** @param alone what every request gave first; filled by the first run */
    private Run measure(
            InferenceExecutor<TextRequest, TextDelta> executor,
            double temperature,
            SpeculationRequest.Mode mode,
            int clients,
            List<String> alone)
            throws InterruptedException {
        String[] texts = new String[REQUESTS];
        double[] latencies = new double[REQUESTS];
        double[] firsts = new double[REQUESTS];
        AtomicInteger next = new AtomicInteger();
        executor.submit(studio.request(0, 1, temperature, mode), delta -> {}, stats -> {})
                .await();
        long begin = System.nanoTime();
        List<Thread> threads = new ArrayList<>();
        for (int c = 0; c < clients; c++) {
            Thread client = new Thread(() -> {
                for (int i = next.getAndIncrement(); i < REQUESTS; i = next.getAndIncrement()) {
                    ask(
                            executor,
                            studio.request(i, LENGTHS[i % LENGTHS.length], temperature, mode),
                            i,
                            texts,
                            latencies,
                            firsts);
                }
            });
            client.start();
            threads.add(client);
        }
        for (Thread client : threads) {
            client.join();
        }
        double seconds = secondsSince(begin);
        if (alone.isEmpty()) {
            alone.addAll(List.of(texts));
        }
        int equal = 0;
        long tokens = 0;
        for (int i = 0; i < REQUESTS; i++) {
            equal += alone.get(i).equals(texts[i]) ? 1 : 0;
            tokens += LENGTHS[i % LENGTHS.length];
        }
        return new Run(seconds, tokens, latencies, firsts, equal);
    }

    private static void ask(
            InferenceExecutor<TextRequest, TextDelta> executor,
            TextRequest request,
            int number,
            String[] texts,
            double[] latencies,
            double[] firsts) {
        StringBuilder text = new StringBuilder();
        long begin = System.nanoTime();
        try {
            executor.submit(
                            request,
                            delta -> {
                                firsts[number] = firsts[number] == 0 ? secondsSince(begin) : firsts[number];
                                text.append(delta.text());
                            },
                            stats -> {})
                    .await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        latencies[number] = secondsSince(begin);
        texts[number] = text.toString();
    }

    private static double secondsSince(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }

    private static double median(List<Run> runs) {
        return Summary.of(runs.stream().mapToDouble(Run::goodput).toArray()).median();
    }

    private static String milliseconds(List<Run> runs, Function<Run, double[]> what) {
        double[] all = runs.stream()
                .flatMapToDouble(run -> Arrays.stream(what.apply(run)))
                .map(seconds -> 1000 * seconds)
                .sorted()
                .toArray();
        return Summary.number(Summary.of(all).median(), 0) + ", "
                + Summary.number(all[(int) Math.ceil(0.95 * all.length) - 1], 0);
    }

    /** The service's engine, made anew when a single token is asked for, so that no run drafts from another's answers. */
    private final class FreshEngines implements GenerativeModel<TextRequest, TextDelta> {
        private TextEngine engine = studio.engine();

        @Override
        public Generation begin(TextRequest request, Consumer<TextDelta> output) {
            if (request.prompts().get(0).maximumTokens() == 1) {
                engine.close();
                engine = studio.engine();
            }
            return engine.begin(request, output);
        }

        @Override
        public DecodingLoop loop() {
            return engine.loop();
        }

        @Override
        public int sequences(TextRequest request) {
            return engine.sequences(request);
        }

        @Override
        public Map<String, Object> details() {
            return Map.of();
        }

        @Override
        public SelfCheck selfCheck() {
            return engine.selfCheck();
        }

        @Override
        public void close() {
            engine.close();
        }
    }
}
