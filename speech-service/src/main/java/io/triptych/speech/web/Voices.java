package io.triptych.speech.web;

import java.util.List;

/** {@code GET /v1/audio/voices}: the voices that the model speaks with; the first is the default. */
record Voices(String object, List<Voice> data) {
    /** One voice. */
    record Voice(String id, String object) {}

    static Voices of(List<String> names) {
        return new Voices(
                "list", names.stream().map(name -> new Voice(name, "voice")).toList());
    }
}
