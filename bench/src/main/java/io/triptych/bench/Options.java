package io.triptych.bench;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What to measure.
 *
 * @param only the sections to run
 * @param prompts how many of the held-out prompts
 * @param repeats turns in which the other sections take their timings
 * @param models directory that holds the checkpoints {@code text} and {@code text-draft}
 */
record Options(Set<String> only, int prompts, int repeats, Path models) {
    static final List<String> SECTIONS = List.of("drafters", "bits", "worst", "cost", "peers");

    static final String USAGE = """
            bench/run [--only SECTION,...] [--prompts N] [--repeats N] [--models DIR]
              --only     of: drafters, bits, worst, cost, peers (all)
              --prompts  held-out prompts for the drafters (64)
              --repeats  turns of the other sections (5)
              --models   directory with the checkpoints text and text-draft (models)
            """;

    /** @throws IllegalArgumentException naming the argument that is wrong */
    static Options parse(String... arguments) {
        Set<String> only = new TreeSet<>(SECTIONS);
        int prompts = 64;
        int repeats = 5;
        Path models = Path.of("models");
        Deque<String> rest = new ArrayDeque<>(List.of(arguments));
        while (!rest.isEmpty()) {
            String option = rest.pop();
            switch (option) {
                case "--only" -> only = sections(value(option, rest));
                case "--prompts" -> prompts = positive(option, value(option, rest));
                case "--repeats" -> repeats = positive(option, value(option, rest));
                case "--models" -> models = Path.of(value(option, rest));
                case "--help" -> throw new IllegalArgumentException("");
                default -> throw new IllegalArgumentException("unknown option " + option);
            }
        }
        return new Options(only, prompts, repeats, models);
    }

    boolean runs(String section) {
        return only.contains(section);
    }

    private static Set<String> sections(String list) {
        Set<String> sections = new TreeSet<>(List.of(list.split(",", -1)));
        for (String section : sections) {
            if (!SECTIONS.contains(section)) {
                throw new IllegalArgumentException("unknown section " + section);
            }
        }
        return sections;
    }

    private static String value(String option, Deque<String> rest) {
        if (rest.isEmpty()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return rest.pop();
    }

    private static int positive(String option, String value) {
        try {
            int number = Integer.parseInt(value);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(option + " needs a number, not " + value, e);
        }
        throw new IllegalArgumentException(option + " needs a number above 0, not " + value);
    }
}
