package io.triptych.web.gateway;

import java.util.List;
import java.util.Locale;

/** What a service makes, and the paths that are its own. */
public enum Modality {
    TEXT("/v1/completions", "/v1/chat/**"),
    IMAGE("/v1/images/**"),
    SPEECH("/v1/audio/**");

    private final List<String> paths;

    Modality(String... paths) {
        this.paths = List.of(paths);
    }

    /** Patterns of the paths that go to this service. */
    List<String> paths() {
        return paths;
    }

    /** The name in settings, paths and messages. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
