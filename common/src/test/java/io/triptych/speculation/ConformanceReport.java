package io.triptych.speculation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.json.JsonMapper;

/** What a page about conformance shows of one rule. */
record ConformanceReport(
        String rule,
        String contract,
        String paper,
        String vocabulary,
        String depth,
        int cases,
        double maximumDeviation,
        String control,
        double controlDeviation) {

    /** Leaves it where the others are. */
    void write() throws IOException {
        Path directory = Files.createDirectories(Path.of("target", "conformance"));
        JsonMapper.shared().writeValue(directory.resolve(rule + ".json").toFile(), this);
    }
}
