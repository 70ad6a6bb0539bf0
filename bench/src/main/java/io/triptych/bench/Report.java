package io.triptych.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** What was measured: the claims in one table, and under it the tables that they were taken from. */
final class Report {
    private final MarkdownTable claims = new MarkdownTable("claim", "goal", "measured", "spread");
    private final List<String> details = new ArrayList<>();

    /**
     * Adds a row to the table of claims.
     *
     * @param goal what the project set out to reach
     * @param spread how the measurements behind it vary, and what kind of spread that is
     */
    void claim(String what, String goal, String measured, String spread) {
        claims.row(what, goal, measured, spread);
    }

    /** Adds a table of its own. */
    void table(String title, String explanation, MarkdownTable table) {
        details.add("### " + title + "\n\n" + explanation + "\n\n" + table);
    }

    void print(PrintStream out) {
        out.println(claims);
        details.forEach(out::println);
        out.flush();
    }
}
