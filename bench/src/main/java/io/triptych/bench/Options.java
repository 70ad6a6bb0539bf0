package io.triptych.bench;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What to measure.
 *
 * @param only the sections to run
 * @param prompts how many of the held-out prompts
 * @param captions how many of the held-out captions
 * @param sentences how many of the held-out sentences
 * @param requests how many requests the soak asks
 * @param repeats turns in which the other sections take their timings
 * @param models directory that holds the checkpoints {@code text}, {@code text-draft}, {@code image} and
 *     {@code speech}
 * @param reconstructions directory of pictures and their codes, or null
 */
record Options(
        Set<String> only,
        int prompts,
        int captions,
        int sentences,
        int requests,
        int repeats,
        Path models,
        Path reconstructions) {
    private static final List<String> TEXT_SECTIONS = List.of("drafters", "bits", "worst", "cost", "peers");
    private static final List<String> IMAGE_SECTIONS = List.of("images", "windows", "likelihood");
    static final List<String> SECTIONS = Stream.of(
                    TEXT_SECTIONS, List.of("load"), IMAGE_SECTIONS, List.of("speech", "soak"))
            .flatMap(List::stream)
            .toList();

    static final String USAGE = """
            bench/run [--only SECTION,...] [--prompts N] [--captions N] [--sentences N] [--requests N]
                      [--repeats N] [--models DIR] [--reconstructions DIR]
              --only             of: drafters, bits, worst, cost, peers, load, images, windows, likelihood, speech, soak (all)
              --prompts          held-out prompts for the drafters (64)
              --captions         held-out captions for images, windows and likelihood (100)
              --sentences        held-out sentences for speech (100)
              --requests         requests of the soak (2000)
              --repeats          turns of the other sections (5)
              --models           directory with the checkpoints text, text-draft, image and speech (models)
              --reconstructions  directory with codes.json, a map from names to codes, and name.png, the pictures
                                 that were encoded: tells how well the image decoder paints them again
            """;

    /** @throws IllegalArgumentException naming the argument that is wrong */
    static Options parse(String... arguments) {
        Set<String> only = new TreeSet<>(SECTIONS);
        int prompts = 64;
        int captions = 100;
        int sentences = 100;
        int requests = 2000;
        int repeats = 5;
        Path models = Path.of("models");
        Path reconstructions = null;
        Deque<String> rest = new ArrayDeque<>(List.of(arguments));
        while (!rest.isEmpty()) {
            String option = rest.pop();
            switch (option) {
                case "--only" -> only = sections(value(option, rest));
                case "--prompts" -> prompts = positive(option, value(option, rest));
                case "--captions" -> captions = positive(option, value(option, rest));
                case "--sentences" -> sentences = positive(option, value(option, rest));
                case "--reconstructions" -> reconstructions = Path.of(value(option, rest));
                case "--requests" -> requests = positive(option, value(option, rest));
                case "--repeats" -> repeats = positive(option, value(option, rest));
                case "--models" -> models = Path.of(value(option, rest));
                case "--help" -> throw new IllegalArgumentException("");
                default -> throw new IllegalArgumentException("unknown option " + option);
            }
        }
        return new Options(only, prompts, captions, sentences, requests, repeats, models, reconstructions);
    }

    boolean runs(String section) {
        return only.contains(section);
    }

    /** Whether to load the text models for one of the sections that share them; the load has its own. */
    boolean runsText() {
        return TEXT_SECTIONS.stream().anyMatch(this::runs);
    }

    boolean runsImages() {
        return IMAGE_SECTIONS.stream().anyMatch(this::runs);
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
