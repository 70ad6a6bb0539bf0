package io.triptych.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;

/** Reads a checkpoint's JSON without a guess: no name twice, nothing after the end, no conversion between types. */
final class StrictJson {
    /** Enough for a hundred thousand tensors and more in one file; a bound on what a hostile one makes us allocate. */
    private static final long MOST_TOKENS = 2_000_000;

    static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxTokenCount(MOST_TOKENS)
                            .build())
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    /** Far above any real configuration, index or tokenizer configuration. */
    private static final long LARGEST_FILE = 100_000_000;

    private StrictJson() {}

    /** Reads a file that must hold one JSON object. */
    static JsonNode readObject(Path file) {
        try {
            if (Files.size(file) > LARGEST_FILE) {
                throw new CheckpointException(file, "is larger than " + LARGEST_FILE + " bytes");
            }
            JsonNode node = MAPPER.readTree(Files.readAllBytes(file));
            if (!node.isObject()) {
                throw new CheckpointException(file, "does not hold a JSON object");
            }
            return node;
        } catch (IOException e) {
            throw new CheckpointException(file, "cannot be read", e);
        } catch (JacksonException e) {
            throw new CheckpointException(file, "is not well-formed JSON: " + e.getOriginalMessage(), e);
        }
    }
}
