package io.triptych.bench.speech;

import io.triptych.bench.MarkdownTable;
import io.triptych.bench.Report;
import io.triptych.bench.Summary;
import io.triptych.bench.speech.SpeechStudio.Speech;
import io.triptych.openai.SpeculationRequest.Mode;
import io.triptych.speech.SpeechRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import tools.jackson.databind.json.JsonMapper;

/** Sentences that the default checkpoint never heard, spoken in every way, in turns. */
public final class SpeechBench {
    private static final double[] TEMPERATURES = {0.6, 0.9, 1.0};
    private static final int MOST_SENTENCES_OF_A_TABLE = 20;
    private static final int WARM_UPS = 3;
    private static final String RESOURCE = "/io/triptych/bench/heldout-sentences.json";

    private final SpeechStudio studio;
    private final List<String> sentences = new ArrayList<>();
    private final Report report;
    private final SpeechWay usual;

    /** @param most how many sentences; fewer are taken evenly */
    public SpeechBench(SpeechStudio studio, int most, Report report) throws IOException {
        this.studio = studio;
        this.report = report;
        usual = new SpeechWay(Mode.EXACT, studio.model().drafters().get(0));
        try (InputStream in = SpeechBench.class.getResourceAsStream(RESOURCE)) {
            String[] all = JsonMapper.shared().readValue(in, String[].class);
            int count = Math.min(most, all.length);
            for (int i = 0; i < count; i++) {
                sentences.add(all[i * all.length / count]);
            }
        }
        for (int i = 0; i < WARM_UPS; i++) {
            SpeechRequest request = request(0, defaultTemperature());
            ways().forEach(way -> studio.codes(request, way, null));
            studio.sound(request, usual);
        }
    }

    private List<SpeechWay> ways() {
        List<SpeechWay> ways = new ArrayList<>(List.of(SpeechWay.PLAIN));
        for (Mode mode : new Mode[] {Mode.EXACT, Mode.DISTRIBUTION, Mode.RELAXED}) {
            studio.model().drafters().forEach(drafter -> ways.add(new SpeechWay(mode, drafter)));
        }
        return ways;
    }

    private double defaultTemperature() {
        return studio.model().sampling().temperature();
    }

    private SpeechRequest request(int sentence, double temperature) {
        return studio.request(sentences.get(sentence), sentence, temperature, 1000 + sentence);
    }

    /** Every contract and drafter at every temperature: equality, passes and time. */
    public void contracts() {
        MarkdownTable table = new MarkdownTable(
                "temperature",
                "way",
                "depth passes a frame",
                "fewer passes",
                "speed-up",
                "of totals",
                "ms a frame",
                "drafting",
                "equal to plain");
        TreeSet<Double> temperatures = new TreeSet<>(List.of(defaultTemperature()));
        Arrays.stream(TEMPERATURES).forEach(temperatures::add);
        int equal = 0;
        int pairs = 0;
        for (double temperature : temperatures) {
            Map<SpeechWay, SpeechComparison> comparisons = compare(temperature);
            for (Map.Entry<SpeechWay, SpeechComparison> entry : comparisons.entrySet()) {
                table.row(row(temperature, entry.getKey(), entry.getValue()));
                if (entry.getKey().mode() == Mode.EXACT) {
                    equal += entry.getValue().equal();
                    pairs += entry.getValue().pairs();
                }
            }
            if (temperature == defaultTemperature()) {
                claim(comparisons.get(SpeechWay.PLAIN), comparisons.get(usual));
            }
        }
        report.claim(
                "sentences whose codes equal plain decoding: sentences x drafters x temperatures " + temperatures,
                "all",
                equal + " of " + pairs,
                "");
        report.table(
                "Speech",
                sentences.size()
                        + " held-out sentences, int8, the codes alone, groups of adaptive size. Passes of the depth"
                        + " decoder; the backbone takes one for every frame in every way. Speed-up: plain time for a frame"
                        + " over the way's, taken in turns; median [quartiles] over sentences, then of the summed times."
                        + " \"Plain\" is a second plain run beside the first: its spread is the noise.",
                table);
    }

    private Map<SpeechWay, SpeechComparison> compare(double temperature) {
        List<SpeechWay> ways = ways();
        Map<SpeechWay, SpeechComparison> comparisons = new LinkedHashMap<>();
        ways.forEach(way -> comparisons.put(way, new SpeechComparison()));
        studio.forget();
        for (int i = 0; i < sentences.size(); i++) {
            SpeechRequest request = request(i, temperature);
            Speech plain = studio.codes(request, SpeechWay.PLAIN, null);
            Collections.rotate(ways, 1);
            for (SpeechWay way : ways) {
                comparisons.get(way).add(plain, studio.codes(request, way, null));
            }
            System.err.printf("temperature %s, sentence %d of %d%n", temperature, i + 1, sentences.size());
        }
        return comparisons;
    }

    private void claim(SpeechComparison plain, SpeechComparison exact) {
        report.claim(
                "speech, default sampling: passes of the depth decoder for a frame, plain over exact",
                "3.0x fewer",
                Summary.number(plain.depthPassesPerFrame() / exact.depthPassesPerFrame(), 2) + "x",
                "quartiles over sentences " + exact.fewerPasses().quartiles(2));
        report.claim(
                "speech: wall clock of the codes, plain over exact",
                "1.6x",
                Summary.number(exact.speedUps().median(), 2) + "x",
                "quartiles over sentences " + exact.speedUps().quartiles(2) + "; plain over plain "
                        + plain.speedUps().quartiles(2));
    }

    private static List<String> row(double temperature, SpeechWay way, SpeechComparison comparison) {
        return List.of(
                Summary.number(temperature, 1),
                way.name(),
                Summary.number(comparison.depthPassesPerFrame(), 2),
                comparison.fewerPasses().medianAndQuartiles(2),
                comparison.speedUps().medianAndQuartiles(2),
                Summary.number(comparison.speedUpOfTotals(), 2),
                Summary.number(comparison.millisecondsPerFrame(), 2),
                Summary.number(100 * comparison.draftShare(), 1) + "%",
                comparison.equal() + "/" + comparison.pairs());
    }

    /**
     * A row of the table of groups.
     *
     * @param largest the size of its groups; null for sizes that pay
     */
    private record Grouped(SpeechWay way, Integer largest) {}

    /** The exact contract with groups of every size. */
    public void groups() {
        Map<Grouped, SpeechComparison> comparisons = new LinkedHashMap<>();
        for (String drafter : studio.model().drafters()) {
            SpeechWay way = new SpeechWay(Mode.EXACT, drafter);
            for (int size = 1; size < studio.model().shape().codebooks(); size++) {
                comparisons.put(new Grouped(way, size), new SpeechComparison());
            }
            comparisons.put(new Grouped(way, null), new SpeechComparison());
        }
        List<Grouped> all = new ArrayList<>(comparisons.keySet());
        studio.forget();
        int count = Math.min(sentences.size(), MOST_SENTENCES_OF_A_TABLE);
        for (int i = 0; i < count; i++) {
            SpeechRequest request = request(i * sentences.size() / count, defaultTemperature());
            Speech plain = studio.codes(request, SpeechWay.PLAIN, null);
            Collections.rotate(all, 1);
            for (Grouped one : all) {
                comparisons.get(one).add(plain, studio.codes(request, one.way, one.largest));
            }
            System.err.printf("groups: sentence %d of %d%n", i + 1, count);
        }
        MarkdownTable table =
                new MarkdownTable("way", "largest group", "depth passes a frame", "fewer passes", "speed-up");
        comparisons.forEach((one, comparison) -> table.row(
                one.way.name(),
                one.largest == null ? "adaptive" : "" + one.largest,
                Summary.number(comparison.depthPassesPerFrame(), 2),
                comparison.fewerPasses().medianAndQuartiles(2),
                comparison.speedUps().medianAndQuartiles(2)));
        report.table(
                "Groups",
                count
                        + " held-out sentences at the default temperature, in turns with plain decoding; median [quartiles]"
                        + " over sentences. The first code of a frame and the last are never drafted.",
                table);
    }

    /** From the request to the sound, by the engine that the service runs. */
    public void service() {
        studio.forget();
        List<Double> realTimeFactors = new ArrayList<>();
        List<Double> plainFactors = new ArrayList<>();
        List<Double> firstMilliseconds = new ArrayList<>();
        for (int i = 0; i < sentences.size(); i++) {
            SpeechRequest request = request(i, defaultTemperature());
            Speech plain = studio.sound(request, SpeechWay.PLAIN);
            Speech exact = studio.sound(request, usual);
            if (exact.frames() == 0) {
                continue;
            }
            plainFactors.add(plain.seconds() / plain.audioSeconds());
            realTimeFactors.add(exact.seconds() / exact.audioSeconds());
            firstMilliseconds.add(1000 * exact.firstSeconds());
        }
        report.claim(
                "speech: real-time factor with the codec",
                "0.35",
                Summary.number(Summary.of(realTimeFactors).median(), 3),
                "quartiles over sentences " + Summary.of(realTimeFactors).quartiles(3) + "; plain "
                        + Summary.of(plainFactors).medianAndQuartiles(3));
        report.claim(
                "speech: first sound",
                "300 ms",
                Summary.number(Summary.of(firstMilliseconds).median(), 1) + " ms",
                "over sentences " + Summary.of(firstMilliseconds).range(1));
    }
}
