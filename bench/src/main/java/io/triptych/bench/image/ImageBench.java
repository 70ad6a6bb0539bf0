package io.triptych.bench.image;

import io.triptych.bench.MarkdownTable;
import io.triptych.bench.Report;
import io.triptych.bench.Summary;
import io.triptych.bench.image.ImageStudio.Painting;
import io.triptych.bench.image.ImageStudio.Task;
import io.triptych.image.ImageEngine;
import io.triptych.image.ImageEvent;
import io.triptych.image.ImageModel;
import io.triptych.image.ImageRequest;
import io.triptych.speculation.BudgetController;
import io.triptych.speculation.PassCost;
import io.triptych.speculation.WindowInitialiser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.DoubleStream;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Pictures of captions that the default checkpoint never saw, painted in every way, in turns. */
public final class ImageBench {
    private static final double[] GUIDANCE = {1, 3, 5};
    private static final int MOST_CAPTIONS_OF_A_TABLE = 20;
    private static final int WARM_UPS = 3;
    private static final int ADAPTIVE = -1;
    private static final int[] WINDOWS = {4, 8, 16, 32, 64, ADAPTIVE};
    private static final int[] INITIALISED_WINDOWS = {8, 16, 32, ADAPTIVE};
    private static final int PUBLISHED_WINDOW = 16;
    private static final String RESOURCE = "/io/triptych/bench/heldout-captions.json";

    private final ImageStudio studio;
    private final List<String> captions = new ArrayList<>();
    private final Report report;
    private final PassCost cost;

    /** A caption of the resource. */
    private record HeldOut(String id, String kind, String caption) {}

    /**
     * A row of a table of windows.
     *
     * @param window its length, or {@link #ADAPTIVE}
     */
    private record Windowed(ImageWay way, int window) {}

    /** @param most how many captions; fewer are taken evenly */
    public ImageBench(ImageStudio studio, int most, Report report) throws IOException {
        this.studio = studio;
        this.report = report;
        try (InputStream in = ImageBench.class.getResourceAsStream(RESOURCE)) {
            HeldOut[] all = JsonMapper.shared().readValue(in, HeldOut[].class);
            int count = Math.min(most, all.length);
            for (int i = 0; i < count; i++) {
                captions.add(all[i * all.length / count].caption());
            }
        }
        warmUp();
        cost = studio.passCost();
    }

    private void warmUp() {
        PassCost early = studio.passCost();
        for (int i = 0; i < WARM_UPS; i++) {
            Task task = new Task(captions.get(0), studio.model().guidance(), i);
            for (ImageWay way : List.of(ImageWay.PLAIN, ImageWay.COUPLED, ImageWay.EXACT)) {
                studio.paint(task, way, studio.adaptive(early, task), false);
            }
        }
    }

    /** What is claimed of the contract {@code exact}, over all captions: equality, passes, time, and what is to be seen. */
    public void exact() {
        int equal = 0;
        int pairs = 0;
        double[] guidances = guidances();
        for (double guidance : guidances) {
            boolean standard = guidance == studio.model().guidance();
            List<ImageWay> ways = standard ? List.of(ImageWay.PLAIN, ImageWay.EXACT) : List.of(ImageWay.EXACT);
            Map<String, ImageComparison> comparisons = compare(guidance, captions, ways);
            ImageComparison exact = comparisons.get(ImageWay.EXACT.name());
            equal += exact.equal();
            pairs += exact.pairs();
            if (standard) {
                claim(comparisons.get(ImageWay.PLAIN.name()), exact);
            }
        }
        report.claim(
                "pictures whose codes equal plain decoding: captions x guidance " + Arrays.toString(guidances),
                "all",
                equal + " of " + pairs,
                "");
    }

    /** Every contract, with and without guidance: equality, passes, time, and what is to be seen. */
    public void contracts() {
        MarkdownTable table = new MarkdownTable(
                "guidance",
                "way",
                "tokens per pass",
                "fewer passes",
                "speed-up",
                "of totals",
                "seconds a picture",
                "drafting",
                "other",
                "caption shown",
                "equal to plain");
        List<String> some = someTasks().stream().map(Task::caption).toList();
        for (double guidance : guidances()) {
            compare(guidance, some, List.of(ImageWay.PLAIN, ImageWay.SJD, ImageWay.COUPLED, ImageWay.EXACT))
                    .forEach((name, comparison) -> table.row(row(guidance, name, comparison)));
        }
        report.table(
                "Images",
                some.size()
                        + " held-out captions, int8, default sampling; windows of adaptive length, of 16 for sjd as published. Speed-up:"
                        + " plain time over the way's for the same picture, taken in turns, from the prompt to the"
                        + " pixels; median [quartiles] over pictures, then of the summed times. \"Plain\" is a second"
                        + " plain run beside the first: its spread is the noise. Caption shown: by a checker that reads"
                        + " the pixels.",
                table);
    }

    private double[] guidances() {
        return DoubleStream.concat(DoubleStream.of(studio.model().guidance()), Arrays.stream(GUIDANCE))
                .distinct()
                .sorted()
                .toArray();
    }

    private Map<String, ImageComparison> compare(double guidance, List<String> of, List<ImageWay> ways) {
        Map<String, ImageComparison> comparisons = new LinkedHashMap<>();
        ways.forEach(way -> comparisons.put(way.name(), new ImageComparison()));
        for (int i = 0; i < of.size(); i++) {
            Task task = new Task(of.get(i), guidance, (long) (1000 * guidance) + i);
            Painting plain = paint(task, ImageWay.PLAIN, 0);
            for (ImageWay way : rotated(ways, i)) {
                Painting painting = paint(task, way, way == ImageWay.SJD ? PUBLISHED_WINDOW : ADAPTIVE);
                comparisons.get(way.name()).add(plain, painting, shows(painting, task.caption()));
            }
            System.err.printf("guidance %s, caption %d of %d%n", guidance, i + 1, of.size());
        }
        return comparisons;
    }

    private void claim(ImageComparison plain, ImageComparison exact) {
        report.claim(
                "images, default sampling and guidance: passes, plain over exact",
                "4.0x fewer",
                Summary.number(exact.fewerPassesOfTotals(), 2) + "x",
                "quartiles over pictures " + exact.fewerPasses().quartiles(2));
        report.claim(
                "images: wall clock, plain over exact",
                "2.5x",
                Summary.number(exact.speedUps().median(), 2) + "x",
                "quartiles over pictures " + exact.speedUps().quartiles(2) + "; plain over plain "
                        + plain.speedUps().quartiles(2));
        report.claim(
                "images: caption shown, plain and exact",
                "95%",
                percent(plain.shown(), plain.pairs()) + " and " + percent(exact.shown(), exact.pairs()),
                plain.pairs() + " pictures");
    }

    private static List<String> row(double guidance, String name, ImageComparison comparison) {
        return List.of(
                Summary.number(guidance, 1),
                name,
                Summary.number(comparison.tokensPerPass(), 2),
                comparison.fewerPasses().medianAndQuartiles(2),
                comparison.speedUps().medianAndQuartiles(2),
                Summary.number(comparison.speedUpOfTotals(), 2),
                Summary.number(comparison.secondsPerPicture(), 3),
                Summary.number(100 * comparison.draftShare(), 1) + "%",
                Summary.number(100 * comparison.otherShare(), 1) + "%",
                percent(comparison.shown(), comparison.pairs()),
                comparison.equal() + "/" + comparison.pairs());
    }

    /** Every method with windows of every length. */
    public void windows() {
        windows("Windows", "Every contract.", List.of(ImageWay.SJD, ImageWay.COUPLED, ImageWay.EXACT), WINDOWS);
    }

    /** The exact contract with windows that begin in different ways. */
    public void initialisers() {
        List<ImageWay> ways = List.of(
                ImageWay.EXACT.beginning("random", model -> WindowInitialiser.random()),
                ImageWay.EXACT.beginning("repeat-left", model -> WindowInitialiser.repeatLeft()),
                ImageWay.EXACT.beginning("repeat-above", byWidth(WindowInitialiser::repeatAbove)),
                ImageWay.EXACT.beginning("redraw-above", byWidth(WindowInitialiser::redrawAbove)),
                ImageWay.EXACT.beginning("like-above", byWidth(WindowInitialiser::likeAbove)),
                ImageWay.EXACT.beginning("neighbours", ImageModel::initialiser));
        windows("Window initialisers", "The exact contract, by what new guesses are.", ways, INITIALISED_WINDOWS);
    }

    private void windows(String title, String what, List<ImageWay> ways, int[] lengths) {
        Map<Windowed, ImageComparison> comparisons = new LinkedHashMap<>();
        for (ImageWay way : ways) {
            for (int window : lengths) {
                comparisons.put(new Windowed(way, window), new ImageComparison());
            }
        }
        List<Windowed> all = new ArrayList<>(comparisons.keySet());
        for (Task task : someTasks()) {
            Painting plain = paint(task, ImageWay.PLAIN, 0);
            Collections.rotate(all, 1);
            for (Windowed one : all) {
                comparisons.get(one).add(plain, paint(task, one.way, one.window), false);
            }
            System.err.println(title + ": " + task.caption());
        }
        MarkdownTable table = new MarkdownTable("way", "window", "tokens per pass", "fewer passes", "speed-up");
        comparisons.forEach((one, comparison) -> table.row(
                one.way.name(),
                one.window == ADAPTIVE ? "adaptive" : "" + one.window,
                Summary.number(comparison.tokensPerPass(), 2),
                comparison.fewerPasses().medianAndQuartiles(2),
                comparison.speedUps().medianAndQuartiles(2)));
        report.table(
                title,
                what + " " + someTasks().size()
                        + " held-out captions at the default guidance, in turns with plain decoding; median"
                        + " [quartiles] over pictures.",
                table);
    }

    private static Function<ImageModel, WindowInitialiser> byWidth(IntFunction<WindowInitialiser> ofWidth) {
        return model -> ofWidth.apply(model.shape().gridSide());
    }

    /** Mean log-likelihood of what the distribution contract draws, beside two sets of plain draws. */
    public void likelihood() {
        List<Double> plainOverPlain = new ArrayList<>();
        List<Double> coupledOverPlain = new ArrayList<>();
        List<Double> sjdOverPlain = new ArrayList<>();
        double plainMean = 0;
        for (int i = 0; i < captions.size(); i++) {
            double[] values = new double[4];
            List<ImageWay> ways = List.of(ImageWay.PLAIN, ImageWay.PLAIN, ImageWay.COUPLED, ImageWay.SJD);
            for (int way = 0; way < ways.size(); way++) {
                Task task = new Task(captions.get(i), studio.model().guidance(), 50_000L + 1000L * way + i);
                values[way] = studio.paint(task, ways.get(way), budget(ways.get(way), task, PUBLISHED_WINDOW), true)
                        .logLikelihood();
            }
            plainMean += values[0] / captions.size();
            plainOverPlain.add(values[1] - values[0]);
            coupledOverPlain.add(values[2] - values[0]);
            sjdOverPlain.add(values[3] - values[0]);
            System.err.printf("likelihood: caption %d of %d%n", i + 1, captions.size());
        }
        MarkdownTable table = new MarkdownTable("draws", "nats a code over the first plain draws", "standard error");
        table.row("plain again", meanOf(plainOverPlain), errorOf(plainOverPlain));
        table.row("coupled", meanOf(coupledOverPlain), errorOf(coupledOverPlain));
        table.row("sjd", meanOf(sjdOverPlain), errorOf(sjdOverPlain));
        report.table(
                "Likelihood",
                "Mean log-likelihood of a code under the target's guided distribution: other draws of the same captions"
                        + " less the first plain ones, whose mean is " + Summary.number(plainMean, 3) + " nats.",
                table);
        report.claim(
                "log-likelihood of distribution samples less plain ones, nats a code",
                "none beyond plain less plain",
                meanOf(coupledOverPlain) + " ± " + errorOf(coupledOverPlain),
                "plain less plain " + meanOf(plainOverPlain) + " ± " + errorOf(plainOverPlain));
    }

    /** When the service shows the first preview, as a share of the whole time. */
    public void firstPreview() {
        ImageEngine engine = studio.engine();
        List<Double> shares = new ArrayList<>();
        for (Task task : someTasks()) {
            ImageRequest request = studio.request(task.caption(), task.guidance(), task.seed(), 1);
            long begin = System.nanoTime();
            long[] times = new long[2];
            engine.generate(request, event -> {
                if (event instanceof ImageEvent.Preview) {
                    times[0] = System.nanoTime() - begin;
                } else if (event instanceof ImageEvent.Finished) {
                    times[1] = System.nanoTime() - begin;
                }
            });
            shares.add((double) times[0] / times[1]);
        }
        report.claim(
                "images: first preview, as a share of the whole time",
                "a third",
                Summary.number(Summary.of(shares).median(), 2),
                "over pictures " + Summary.of(shares).range(2));
    }

    /** How well pictures come out that were encoded: the mean of their peak signal-to-noise ratios. */
    public void reconstructions(Path directory) throws IOException {
        Map<String, int[]> codes = JsonMapper.shared()
                .readValue(directory.resolve("codes.json").toFile(), new TypeReference<TreeMap<String, int[]>>() {});
        List<Double> ratios = new ArrayList<>();
        for (Map.Entry<String, int[]> entry : codes.entrySet()) {
            Picture original = Picture.read(directory.resolve(entry.getKey() + ".png"));
            Picture painted = Picture.of(studio.pixels().decode(entry.getValue()), original.width());
            double sum = 0;
            for (int i = 0; i < original.rgb().length; i++) {
                sum += Math.pow(Picture.distance(original.rgb()[i], painted.rgb()[i]), 2) / 3;
            }
            ratios.add(10 * Math.log10(255 * 255 / (sum / original.rgb().length)));
        }
        report.claim(
                "images: reconstruction of held-out pictures, PSNR",
                "26 dB",
                Summary.number(
                                ratios.stream()
                                        .mapToDouble(Double::doubleValue)
                                        .average()
                                        .orElseThrow(),
                                1) + " dB",
                "over pictures " + Summary.of(ratios).range(1));
    }

    private List<Task> someTasks() {
        int count = Math.min(captions.size(), MOST_CAPTIONS_OF_A_TABLE);
        List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            tasks.add(new Task(
                    captions.get(i * captions.size() / count), studio.model().guidance(), 90_000L + i));
        }
        return tasks;
    }

    /** @param window its length, or {@link #ADAPTIVE} */
    private Painting paint(Task task, ImageWay way, int window) {
        return studio.paint(task, way, budget(way, task, window), false);
    }

    private BudgetController budget(ImageWay way, Task task, int window) {
        if (way.redraw() == null) {
            return BudgetController.fixed(0);
        }
        return window == ADAPTIVE ? studio.adaptive(cost, task) : BudgetController.fixed(window);
    }

    private static boolean shows(Painting painting, String caption) {
        int side = (int) Math.round(Math.sqrt(painting.rgb().length / 3.0));
        Scene scene = SceneReader.read(Picture.of(painting.rgb(), side));
        return CaptionChecker.wrong(Caption.parse(caption), scene).isEmpty();
    }

    private static <T> List<T> rotated(List<T> list, int by) {
        List<T> rotated = new ArrayList<>(list);
        Collections.rotate(rotated, by);
        return rotated;
    }

    private static String percent(int part, int whole) {
        return Summary.number(100.0 * part / whole, 1) + "%";
    }

    private static String meanOf(List<Double> values) {
        return Summary.number(mean(values), 4);
    }

    private static String errorOf(List<Double> values) {
        double mean = mean(values);
        double squares =
                values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
        return Summary.number(Math.sqrt(squares / Math.max(1, values.size() - 1) / values.size()), 4);
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }
}
