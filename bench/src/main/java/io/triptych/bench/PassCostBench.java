package io.triptych.bench;

import io.triptych.decoder.LlamaDecoder;
import io.triptych.decoder.Precision;
import java.util.ArrayList;
import java.util.List;

/** What a pass costs by its number of rows: the price of drafts. */
final class PassCostBench {
    private static final int[] ROWS = {1, 2, 4, 8, 16, 32, 64};
    private static final int SINGLE = 0;
    private static final int SIXTEEN = 4;

    private final int timings;

    /** @param timings of every number of rows, taken in turns */
    PassCostBench(int timings) {
        this.timings = timings;
    }

    /** @param claimed the one of the models that claims are made about */
    void run(List<Model> models, Model claimed, Report report) {
        List<String> columns = new ArrayList<>(List.of("model", "weights"));
        for (int rows : ROWS) {
            columns.add(rows == 1 ? "1 row" : rows + " rows");
        }
        columns.add("16 rows / 1 row");
        MarkdownTable table = new MarkdownTable(columns.toArray(String[]::new));
        for (Model model : models) {
            for (Precision precision : Precision.values()) {
                try (LlamaDecoder decoder = model.load(precision)) {
                    double[][] seconds = measure(decoder);
                    Summary sixteen = ratios(seconds[SIXTEEN], seconds[SINGLE]);
                    table.row(row(model, precision, seconds, sixteen));
                    if (model == claimed) {
                        claim(report, model, precision, sixteen);
                    }
                }
            }
        }
        report.table(
                "The cost of a pass by rows",
                "Milliseconds over " + PassTimer.CACHED_TOKENS + " cached tokens, median [quartiles] of " + timings
                        + " passes of each size taken in turns, each after others of its size; the last column is the median of the ratios of one turn.",
                table);
    }

    /** Seconds by place in {@link #ROWS} and turn. */
    private double[][] measure(LlamaDecoder decoder) {
        double[][] seconds = new double[ROWS.length][timings];
        try (PassTimer timer = new PassTimer(decoder)) {
            for (int turn = 0; turn < timings; turn++) {
                for (int i = 0; i < ROWS.length; i++) {
                    timer.warmUp(ROWS[i]); // else a single row would always pay for the 64 before it
                    seconds[i][turn] = timer.seconds(ROWS[i]);
                }
            }
        }
        return seconds;
    }

    private static List<String> row(Model model, Precision precision, double[][] seconds, Summary sixteen) {
        List<String> cells = new ArrayList<>(List.of(model.name(), Model.label(precision)));
        for (double[] ofRows : seconds) {
            double[] milliseconds = new double[ofRows.length];
            for (int i = 0; i < milliseconds.length; i++) {
                milliseconds[i] = ofRows[i] * 1e3;
            }
            cells.add(Summary.of(milliseconds).medianAndQuartiles(1));
        }
        cells.add(sixteen.medianAndQuartiles(2));
        return cells;
    }

    private static void claim(Report report, Model model, Precision precision, Summary sixteen) {
        report.claim(
                model.name() + ", " + Model.label(precision) + ": a pass of 16 rows over a pass of 1",
                precision == Precision.FLOAT32 ? "1.35x" : "",
                Summary.number(sixteen.median(), 2) + "x",
                "quartiles " + sixteen.quartiles(2));
    }

    /** Turn by turn. */
    static Summary ratios(double[] numerators, double[] denominators) {
        double[] ratios = new double[numerators.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = numerators[i] / denominators[i];
        }
        return Summary.of(ratios);
    }
}
