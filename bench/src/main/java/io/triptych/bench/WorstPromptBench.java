package io.triptych.bench;

import io.triptych.bench.Generation.Task;
import io.triptych.speculation.Target;
import java.util.ArrayList;
import java.util.List;

/**
 * What speculation costs where there is nothing to draft: prompts of random characters. A text that drafts well goes
 * before every one of them, so that the drafters come to it with hopes as high as a mixed load gives them. A second
 * plain run beside the first shows how far two equal things seem to differ.
 */
final class WorstPromptBench {
    static final int PROMPTS = 32;
    private static final double[] TEMPERATURES = {1, 0};
    private static final int TOKENS = 128;

    private final Target target;
    private final Target draftModel;
    private final int turns;

    WorstPromptBench(Target target, Target draftModel, int turns) {
        this.target = target;
        this.draftModel = draftModel;
        this.turns = turns;
    }

    /** @param easy prompts of the usual kind, taken in turn */
    void run(List<int[]> prompts, List<int[]> easy, Report report) {
        MarkdownTable table = new MarkdownTable(
                "temperature", "decoding", "worst prompt", "median prompt", "best prompt", "equal to plain");
        for (double temperature : TEMPERATURES) {
            List<Comparison> again = comparisons(prompts.size());
            List<Comparison> fusion = comparisons(prompts.size());
            measure(prompts, easy, temperature, again, fusion);
            table.row(row(temperature, "plain, a second time", again));
            table.row(row(temperature, Contenders.FUSION, fusion));
            report.claim(
                    "worst of " + prompts.size() + " prompts of random characters, temperature " + temperature
                            + ": speed of speculation",
                    "at least 0.97x",
                    Summary.number(speeds(fusion).minimum(), 3) + "x",
                    "all prompts " + speeds(fusion).range(3) + "; plain beside plain "
                            + speeds(again).range(3));
        }
        report.table(
                "Incompressible prompts",
                "Speed relative to plain decoding of the same prompt, " + TOKENS + " tokens, int8, prompt's own pass"
                        + " excluded; each prompt's figure is the median of " + turns
                        + " turns, in each of which plain,"
                        + " plain again and the fusion are timed one after the other. The drafters start every turn"
                        + " empty, and draft a Java prompt before each random one.",
                table);
    }

    private void measure(
            List<int[]> prompts,
            List<int[]> easy,
            double temperature,
            List<Comparison> again,
            List<Comparison> fusion) {
        DrafterBench.warmUp(target, draftModel, prompts.get(0), temperature);
        for (int turn = 0; turn < turns; turn++) {
            try (Contenders contenders = Contenders.fusion(target, draftModel)) {
                for (int i = 0; i < prompts.size(); i++) {
                    int[] before = easy.get(i % easy.size());
                    contenders.generate(Contenders.FUSION, new Task(before, temperature, i, TOKENS));
                    Task task = new Task(prompts.get(i), temperature, i, TOKENS);
                    Generation plain = contenders.generate(Contenders.PLAIN, task);
                    // The two are timed in alternating order: what runs second has no advantage.
                    if (turn % 2 == 0) {
                        again.get(i).add(plain, contenders.generate(Contenders.PLAIN, task));
                    }
                    fusion.get(i).add(plain, contenders.generate(Contenders.FUSION, task));
                    if (turn % 2 == 1) {
                        again.get(i).add(plain, contenders.generate(Contenders.PLAIN, task));
                    }
                }
            }
            System.err.printf("random characters, temperature %s, turn %d of %d%n", temperature, turn + 1, turns);
        }
    }

    private static List<Comparison> comparisons(int count) {
        List<Comparison> comparisons = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            comparisons.add(new Comparison());
        }
        return comparisons;
    }

    private static Summary speeds(List<Comparison> prompts) {
        return Summary.of(prompts.stream()
                .mapToDouble(prompt -> prompt.speedUps().median())
                .toArray());
    }

    private static List<String> row(double temperature, String decoding, List<Comparison> prompts) {
        Summary speeds = speeds(prompts);
        int equal = prompts.stream().mapToInt(Comparison::equal).sum();
        int pairs = prompts.stream().mapToInt(Comparison::pairs).sum();
        return List.of(
                String.valueOf(temperature),
                decoding,
                Summary.number(speeds.minimum(), 3),
                speeds.medianAndQuartiles(3),
                Summary.number(speeds.maximum(), 3),
                equal + "/" + pairs);
    }
}
