package io.triptych.bench;

import io.triptych.bench.Generation.Task;
import io.triptych.speculation.Target;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every drafter and the fusion beside plain decoding, prompt by prompt. */
final class DrafterBench {
    private static final double[] TEMPERATURES = {0, 0.8, 1};
    private static final int TOKENS = 128;

    private final Target target;
    private final Target draftModel;

    DrafterBench(Target target, Target draftModel) {
        this.target = target;
        this.draftModel = draftModel;
    }

    void run(List<int[]> prompts, Report report) {
        MarkdownTable table = new MarkdownTable(
                "temperature",
                "drafter",
                "tokens per pass",
                "by prompt",
                "speed-up",
                "of totals",
                "with prompt",
                "tokens/s",
                "draft model",
                "drafting",
                "other",
                "equal to plain");
        int equal = 0;
        int pairs = 0;
        for (int i = 0; i < TEMPERATURES.length; i++) {
            Map<String, Comparison> comparisons = compare(prompts, TEMPERATURES[i], 1000L * (i + 1));
            for (Map.Entry<String, Comparison> entry : comparisons.entrySet()) {
                table.row(row(TEMPERATURES[i], entry.getKey(), entry.getValue()));
                if (!entry.getKey().equals(Contenders.PLAIN)) {
                    equal += entry.getValue().equal();
                    pairs += entry.getValue().pairs();
                }
            }
            claim(TEMPERATURES[i], comparisons, report);
        }
        report.claim(
                "tokens equal to plain decoding: prompts x temperatures x drafters", "all", equal + " of " + pairs, "");
        report.table(
                "Drafters",
                prompts.size() + " held-out Java prompts, " + TOKENS
                        + " tokens each, int8, contract exact, adaptive budget"
                        + " of at most 32 nodes; a seed for every prompt and temperature; each drafter's store of earlier"
                        + " outputs is empty. Speed-up: plain decoding time over the drafter's for the same prompt, taken"
                        + " in turns, prompt's own pass excluded; median [quartiles] over prompts, then of the summed"
                        + " times without and with the prompt's pass. \"Plain\" is a second plain run beside the first:"
                        + " its spread is the noise. Shares of decoding time outside the target's passes: the draft"
                        + " model's passes, the rest of drafting, and everything else.",
                table);
    }

    /** @param seed of the first prompt; the others count on from it */
    private Map<String, Comparison> compare(List<int[]> prompts, double temperature, long seed) {
        Map<String, Comparison> comparisons = new LinkedHashMap<>();
        try (Contenders contenders = Contenders.all(target, draftModel)) {
            contenders.names().forEach(name -> comparisons.put(name, new Comparison()));
            warmUp(target, draftModel, prompts.get(0), temperature);
            for (int i = 0; i < prompts.size(); i++) {
                Task task = new Task(prompts.get(i), temperature, seed + i, TOKENS);
                Generation plain = contenders.generate(Contenders.PLAIN, task);
                for (String name : rotated(contenders.names(), i)) {
                    comparisons.get(name).add(plain, contenders.generate(name, task));
                }
                System.err.printf("temperature %s, prompt %d of %d%n", temperature, i + 1, prompts.size());
            }
        }
        return comparisons;
    }

    /** Lets the JVM compile what will be timed, with contenders that are thrown away. */
    static void warmUp(Target target, Target draftModel, int[] prompt, double temperature) {
        try (Contenders contenders = Contenders.fusion(target, draftModel)) {
            for (int i = 0; i < 5; i++) {
                for (String name : contenders.names()) {
                    contenders.generate(name, new Task(prompt, temperature, i, TOKENS));
                }
            }
        }
    }

    private static List<String> rotated(List<String> names, int by) {
        List<String> rotated = new ArrayList<>(names);
        Collections.rotate(rotated, by);
        return rotated;
    }

    private static List<String> row(double temperature, String name, Comparison comparison) {
        return List.of(
                String.valueOf(temperature),
                name,
                Summary.number(comparison.meanTokensPerPass(), 2),
                comparison.tokensPerPass().quartiles(2),
                comparison.speedUps().medianAndQuartiles(2),
                Summary.number(comparison.speedUpOfTotals(), 2),
                Summary.number(comparison.speedUpWithPrompt(), 2),
                Summary.number(comparison.tokensPerSecond(), 0),
                percent(comparison.draftModelShare()),
                percent(comparison.draftShare()),
                percent(comparison.otherShare()),
                comparison.equal() + "/" + comparison.pairs());
    }

    private static void claim(double temperature, Map<String, Comparison> comparisons, Report report) {
        Comparison fusion = comparisons.get(Contenders.FUSION);
        String where = "held-out Java, fusion, temperature " + temperature;
        report.claim(
                where + ": tokens per pass",
                temperature == 0 ? "3.0" : temperature == 0.8 ? "2.2" : "",
                Summary.number(fusion.meanTokensPerPass(), 2),
                "quartiles over prompts " + fusion.tokensPerPass().quartiles(2));
        report.claim(
                where + ": speed-up over plain decoding",
                temperature == 0 ? "2.0x" : temperature == 0.8 ? "1.5x" : "",
                Summary.number(fusion.speedUps().median(), 2) + "x",
                "quartiles over prompts " + fusion.speedUps().quartiles(2));
        report.claim(
                where + ": time outside passes",
                "under 10%",
                percent(fusion.draftShare() + fusion.otherShare()),
                "drafting " + percent(fusion.draftShare()) + ", else " + percent(fusion.otherShare())
                        + "; plain decoding "
                        + percent(comparisons.get(Contenders.PLAIN).otherShare())
                        + "; the draft model's passes take " + percent(fusion.draftModelShare()));
    }

    private static String percent(double share) {
        return Summary.number(share * 100, 1) + "%";
    }
}
