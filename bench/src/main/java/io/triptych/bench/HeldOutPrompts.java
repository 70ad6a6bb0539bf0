package io.triptych.bench;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/** Beginnings of Java code from libraries that the default checkpoints never saw. */
final class HeldOutPrompts {
    private static final String RESOURCE = "/heldout-prompts.json";

    private HeldOutPrompts() {}

    /**
     * One prompt.
     *
     * @param library Maven coordinates of where it is from
     * @param file its path in the library's sources
     * @param prompt the text
     */
    record HeldOutPrompt(String id, String library, String file, String prompt) {}

    /** All of them, in their order. */
    static List<HeldOutPrompt> all() throws IOException {
        try (InputStream in = HeldOutPrompts.class.getResourceAsStream(RESOURCE)) {
            return List.of(JsonMapper.shared().readValue(in, HeldOutPrompt[].class));
        }
    }
}
