package io.triptych.bench;

import io.triptych.bench.Generation.Task;
import io.triptych.decoder.LlamaDecoder;
import io.triptych.decoder.Precision;
import io.triptych.speculation.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Our steps beside llama.cpp's, on the same weights, in turns. */
final class PeerBench {
    private static final int STEPS = 64;
    private static final int DRAFT_ROWS = 16;
    private static final int CONTEXT = 512;

    private final int turns;

    PeerBench(int turns) {
        this.turns = turns;
    }

    /** @param claimed the one of the models that claims are made about */
    void run(List<Model> models, Model claimed, Report report) throws IOException {
        MarkdownTable table = new MarkdownTable(
                "model",
                "weights",
                "our step, ms",
                "llama.cpp's step, ms",
                "ours / llama.cpp's",
                "our 16 rows / our step",
                "our 16 rows / llama.cpp's step",
                "first tokens the same");
        for (Model model : models) {
            for (Precision precision : Precision.values()) {
                Path gguf = Files.createTempFile("triptych-bench", ".gguf");
                try {
                    LlamaGguf.write(model.config(), model.weights(), encoding(precision), gguf);
                    try (LlamaDecoder decoder = model.load(precision);
                            LlamaCpp llamaCpp = new LlamaCpp(gguf, CONTEXT)) {
                        compare(model, precision, decoder, llamaCpp, table, model == claimed, report);
                    }
                } finally {
                    Files.delete(gguf);
                }
            }
        }
        report.table(
                "Peers",
                "java-llama.cpp 4.2.0 as published, its weights Q8_0 for our int8 and F32 for our float32. Plain greedy"
                        + " decoding of " + STEPS + " tokens after " + PassTimer.CACHED_TOKENS + ", everything but the"
                        + " prompt included on both sides; median [quartiles] of " + turns + " turns, each of which"
                        + " takes all three timings.",
                table);
    }

    private void compare(
            Model model,
            Precision precision,
            LlamaDecoder decoder,
            LlamaCpp llamaCpp,
            MarkdownTable table,
            boolean claimed,
            Report report) {
        int[] prompt = PassTimer.randomTokens(decoder, new Random(2), PassTimer.CACHED_TOKENS);
        int same = commonPrefix(plain(decoder, prompt).output(), llamaCpp.generate(prompt, STEPS));
        double[] step = new double[turns];
        double[] peerStep = new double[turns];
        double[] draft = new double[turns];
        try (PassTimer timer = new PassTimer(decoder)) {
            timer.warmUp(DRAFT_ROWS);
            for (int turn = 0; turn < turns; turn++) {
                step[turn] = plain(decoder, prompt).decodeSeconds() / STEPS * 1e3;
                peerStep[turn] = llamaCpp.secondsPerStep(prompt, STEPS) * 1e3;
                draft[turn] = medianSeconds(timer) * 1e3;
            }
        }
        Summary overPeer = PassCostBench.ratios(step, peerStep);
        Summary draftOverStep = PassCostBench.ratios(draft, step);
        Summary draftOverPeer = PassCostBench.ratios(draft, peerStep);
        table.row(
                model.name(),
                Model.label(precision) + " / " + encoding(precision),
                Summary.of(step).medianAndQuartiles(1),
                Summary.of(peerStep).medianAndQuartiles(1),
                overPeer.medianAndQuartiles(2),
                draftOverStep.medianAndQuartiles(2),
                draftOverPeer.medianAndQuartiles(2),
                same + " of " + STEPS);
        if (claimed) {
            String where = model.name() + ", " + Model.label(precision);
            String peer = "llama.cpp's plain step in " + encoding(precision);
            claim(report, where + ": our plain step over " + peer, precision, "at most 1", overPeer);
            claim(report, where + ": our pass of 16 rows over our plain step", precision, "", draftOverStep);
            claim(report, where + ": our pass of 16 rows over " + peer, precision, "at most 2.0x", draftOverPeer);
        }
    }

    private static void claim(Report report, String what, Precision precision, String goal, Summary ratio) {
        report.claim(
                what,
                precision == Precision.INT8 ? goal : "",
                Summary.number(ratio.median(), 2) + "x",
                "quartiles " + ratio.quartiles(2));
    }

    private static Generation plain(Target target, int[] prompt) {
        return Generation.plain(target, new Task(prompt, 0, 0, STEPS));
    }

    private static double medianSeconds(PassTimer timer) {
        double[] seconds = new double[9];
        for (int i = 0; i < seconds.length; i++) {
            seconds[i] = timer.seconds(DRAFT_ROWS);
        }
        return Summary.of(seconds).median();
    }

    private static int commonPrefix(int[] a, int[] b) {
        int length = 0;
        while (length < Math.min(a.length, b.length) && a[length] == b[length]) {
            length++;
        }
        return length;
    }

    private static GgufWriter.Encoding encoding(Precision precision) {
        return switch (precision) {
            case INT8 -> GgufWriter.Encoding.Q8_0;
            case FLOAT32 -> GgufWriter.Encoding.F32;
        };
    }
}
