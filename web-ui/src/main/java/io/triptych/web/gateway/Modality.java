package io.triptych.web.gateway;

import java.util.List;
import java.util.Locale;

/** What a service makes, and the paths that are its own. */
public enum Modality {
    TEXT,
    IMAGE,
    SPEECH;

    /** Patterns of the paths that go to this service. */
    List<String> paths() {
        return switch (this) {
            case TEXT -> List.of("/v1/completions", "/v1/chat/**");
            case IMAGE -> List.of("/v1/images/**");
            case SPEECH -> List.of("/v1/audio/**");
        };
    }

    /** The name in settings, paths and messages. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
