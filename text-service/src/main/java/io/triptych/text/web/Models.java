package io.triptych.text.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/** {@code GET /v1/models}. */
record Models(String object, List<Model> data) {
    /** @param created in seconds since 1970 */
    record Model(
            String id,
            String object,
            long created,
            @JsonProperty("owned_by") String ownedBy) {
        Model(String id, long created) {
            this(id, "model", created, "triptych");
        }
    }

    Models(Model only) {
        this("list", List.of(only));
    }
}
