package io.triptych.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What was measured: the claims in one table, and under it the tables that they were taken from. */
public final class Report {
    private final MarkdownTable claims = new MarkdownTable("claim", "goal", "measured", "spread");
    private final List<Supplier<String>> details = new ArrayList<>();

    /**
     * Adds a row to the table of claims.
     *
     * @param goal what the project set out to reach
     * @param spread how the measurements behind it vary, and what kind of spread that is
     */
    public void claim(String what, String goal, String measured, String spread) {
        claims.row(what, goal, measured, spread);
    }

    /** Adds a table of its own, which may still grow. */
    public void table(String title, String explanation, MarkdownTable table) {
        details.add(() -> "### " + title + "\n\n" + explanation + "\n\n" + table);
    }

    void print(PrintStream out) {
        out.printf(
                "Java %s, %s, %d processors%n%n",
                System.getProperty("java.version"),
                processor(),
                Runtime.getRuntime().availableProcessors());
        out.println(claims);
        details.forEach(detail -> out.println(detail.get()));
        out.flush();
    }

    /** The processor's name where Linux tells it, else its architecture. */
    private static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }
}
