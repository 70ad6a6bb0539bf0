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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

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

    /** Of one number of clients, by turn. */
    private record Runs(List<Run> off, List<Run> on) {
        Stream<Run> both() {
            return Stream.concat(off.stream(), on.stream());
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
                        + " sequences in a pass; int8, contract exact, adaptive budget. Every one of " + turns
                        + " turns has a run of each number of clients with speculation off and one with it on; medians, in"
                        + " brackets the smallest and the largest of the turns. Every run starts with drafters that have"
                        + " seen nothing. Latency is that of a whole answer, in milliseconds.",
                table);
        int equal = 0;
        int answers = 0;
        try (InferenceExecutor<TextRequest, TextDelta> executor =
                new InferenceExecutor<>("load", 2 * ROOM, ROOM, Duration.ofSeconds(1), FreshEngines::new)) {
            executor.awaitLoaded();
            for (double temperature : TEMPERATURES) {
                Map<Integer, Runs> all = measure(executor, temperature);
                for (Map.Entry<Integer, Runs> entry : all.entrySet()) {
                    int clients = entry.getKey();
                    Runs runs = entry.getValue();
                    Summary onOverOff = PassCostBench.ratios(goodputs(runs.on), goodputs(runs.off));
                    int same = runs.both().mapToInt(Run::equal).sum();
                    equal += same;
                    answers += 2 * turns * REQUESTS;
                    table.row(
                            String.valueOf(temperature),
                            String.valueOf(clients),
                            Summary.number(Summary.of(goodputs(runs.off)).median(), 0),
                            Summary.number(Summary.of(goodputs(runs.on)).median(), 0),
                            Summary.number(onOverOff.median(), 2) + " [" + onOverOff.range(2) + "]",
                            milliseconds(runs.off, Run::latencies),
                            milliseconds(runs.on, Run::latencies),
                            milliseconds(runs.off, Run::firsts),
                            milliseconds(runs.on, Run::firsts),
                            same + "/" + 2 * turns * REQUESTS);
                    claim(report, temperature, clients, onOverOff);
                }
                Summary eightOverOne = PassCostBench.ratios(goodputs(all.get(8).on), goodputs(all.get(1).on));
                report.claim(
                        "text, temperature " + temperature + ": goodput of 8 clients over 1, speculation on",
                        "2.5x",
                        Summary.number(eightOverOne.median(), 2) + "x",
                        "turns " + eightOverOne.range(2));
            }
        }
        report.claim("text under load: answers equal to those given alone", "all", equal + " of " + answers, "");
    }

    /** By number of clients. Every turn has runs of them all, so that those which are compared are close in time. */
    private Map<Integer, Runs> measure(InferenceExecutor<TextRequest, TextDelta> executor, double temperature)
            throws InterruptedException {
        List<String> alone = new ArrayList<>();
        measure(executor, temperature, SpeculationRequest.Mode.OFF, 1, alone); // also warms up
        measure(executor, temperature, SpeculationRequest.Mode.EXACT, 4, alone);
        Map<Integer, Runs> all = new LinkedHashMap<>();
        for (int clients : CLIENTS) {
            all.put(clients, new Runs(new ArrayList<>(), new ArrayList<>()));
        }
        for (int turn = 0; turn < turns; turn++) {
            for (int clients : CLIENTS) {
                Run off = measure(executor, temperature, SpeculationRequest.Mode.OFF, clients, alone);
                Run on = measure(executor, temperature, SpeculationRequest.Mode.EXACT, clients, alone);
                all.get(clients).off.add(off);
                all.get(clients).on.add(on);
                System.err.printf(
                        "load, temperature %s, turn %d, %d clients: %.0f tokens/s off, %.0f on%n",
                        temperature, turn + 1, clients, off.goodput(), on.goodput());
            }
        }
        return all;
    }

    private static void claim(Report report, double temperature, int clients, Summary ratios) {
        if (clients == 32) {
            return;
        }
        report.claim(
                "text, temperature " + temperature + ", " + clients + " clients: goodput with speculation over without",
                clients <= 4 ? "1.5x" : "1.0x",
                Summary.number(ratios.median(), 2) + "x",
                "turns " + ratios.range(2));
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
        Clients.run(clients, client -> {
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

    private static double[] goodputs(List<Run> runs) {
        return runs.stream().mapToDouble(Run::goodput).toArray();
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
