package io.triptych.openai;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.triptych.checkpoint.CheckpointDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code GET /v1/models}. */
public record Models(String object, List<Model> data) {
    /**
     * The model that a service serves.
     *
     * @param id the name that requests use
     * @param created when the checkpoint was made, in seconds since 1970
     */
    public record Model(
            String id,
            String object,
            long created,
            @JsonProperty("owned_by") String ownedBy) {
        public Model(String id, long created) {
            this(id, "model", created, "triptych");
        }

        /** The model of a checkpoint, which was made when its configuration was written. */
        public static Model of(String id, CheckpointDirectory checkpoint) throws IOException {
            return new Model(
                    id,
                    Files.getLastModifiedTime(checkpoint.path().resolve("config.json"))
                            .to(TimeUnit.SECONDS));
        }

        /**
         * Refuses a request that names another model.
         *
         * @param name what the request says, or null
         */
        public void require(String name) {
            if (name != null && !name.equals(id)) {
                throw ApiException.modelNotFound(name, id);
            }
        }
    }

    Models(Model only) {
        this("list", List.of(only));
    }
}
