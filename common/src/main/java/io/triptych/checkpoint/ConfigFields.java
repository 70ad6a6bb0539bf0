package io.triptych.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/**
 * The fields of a configuration, read by type. A field that is absent or null is absent; one of another type is an
 * error that names it, never a default.
 */
public final class ConfigFields {
    /** Above any real width, vocabulary or context, and low enough that a hostile configuration allocates little. */
    public static final int LARGEST_SIZE = 1 << 24;

    private final Path file;
    private final String prefix;
    private final JsonNode node;

    /** Reads from an object of a configuration file. */
    public ConfigFields(Path file, JsonNode node) {
        this(file, "", node);
    }

    private ConfigFields(Path file, String prefix, JsonNode node) {
        this.file = file;
        this.prefix = prefix;
        this.node = node;
    }

    /** A count or width, from 1 to 2^24, that must be there. */
    public int size(String field) {
        return optionalSize(field).orElseThrow(() -> wrong(field, "is missing"));
    }

    /** A count or width, from 1 to 2^24. */
    public OptionalInt optionalSize(String field) {
        Optional<JsonNode> value = value(field);
        return value.isEmpty() ? OptionalInt.empty() : OptionalInt.of(size(field, value.get()));
    }

    /**
     * The same of a field that has a default where it is absent, but none where it is null.
     *
     * @param otherwise the default, or null if it has none there either
     */
    public OptionalInt optionalSize(String field, Integer otherwise) {
        return node.has(field) || otherwise == null ? optionalSize(field) : OptionalInt.of(otherwise);
    }

    private int size(String field, JsonNode value) {
        if (!value.isIntegralNumber()
                || !value.canConvertToInt()
                || value.intValue() < 1
                || value.intValue() > LARGEST_SIZE) {
            throw wrong(field, "is " + value + ", not a whole number from 1 to " + LARGEST_SIZE);
        }
        return value.intValue();
    }

    /** A list of counts or widths, each from 1 to 2^24; empty if the field is absent. */
    public List<Integer> sizes(String field) {
        List<Integer> sizes = new ArrayList<>();
        for (JsonNode element : elements(field)) {
            sizes.add(size(field, element));
        }
        return List.copyOf(sizes);
    }

    /** A number from {@code low} to {@code high}. */
    public OptionalDouble number(String field, double low, double high) {
        Optional<JsonNode> value = value(field);
        if (value.isEmpty()) {
            return OptionalDouble.empty();
        }
        double number = value.get().isNumber() ? value.get().doubleValue() : Double.NaN;
        if (!(number >= low && number <= high)) {
            throw wrong(field, "is " + value.get() + ", not a number from " + low + " to " + high);
        }
        return OptionalDouble.of(number);
    }

    /** A positive, finite number. */
    public OptionalDouble positive(String field) {
        Optional<JsonNode> value = value(field);
        if (value.isEmpty()) {
            return OptionalDouble.empty();
        }
        double number = value.get().isNumber() ? value.get().doubleValue() : Double.NaN;
        if (!(number > 0) || Double.isInfinite(number)) {
            throw wrong(field, "is " + value.get() + ", not a positive number");
        }
        return OptionalDouble.of(number);
    }

    public boolean flag(String field, boolean otherwise) {
        Optional<JsonNode> value = value(field);
        if (value.isPresent() && !value.get().isBoolean()) {
            throw wrong(field, "is " + value.get() + ", not true or false");
        }
        return value.map(JsonNode::booleanValue).orElse(otherwise);
    }

    public Optional<String> text(String field) {
        Optional<JsonNode> value = value(field);
        if (value.isPresent() && !value.get().isString()) {
            throw wrong(field, "is " + value.get() + ", not a string");
        }
        return value.map(JsonNode::stringValue);
    }

    /** A list of strings; empty if the field is absent. */
    public List<String> texts(String field) {
        List<String> texts = new ArrayList<>();
        for (JsonNode element : elements(field)) {
            if (!element.isString()) {
                throw wrong(field, "holds " + element + ", not a string");
            }
            texts.add(element.stringValue());
        }
        return List.copyOf(texts);
    }

    /** Token ids below a vocabulary's size: one number or a list of them; empty if the field is absent. */
    public List<Integer> tokens(String field, int vocabularySize) {
        List<JsonNode> values = value(field)
                .map(value -> value.isArray() ? elements(field) : List.of(value))
                .orElse(List.of());
        List<Integer> tokens = new ArrayList<>();
        for (JsonNode value : values) {
            boolean token = value.isIntegralNumber() && value.canConvertToInt();
            if (!token || value.intValue() < 0 || value.intValue() >= vocabularySize) {
                throw wrong(field, "holds " + value + ", not a token of the vocabulary of " + vocabularySize);
            }
            tokens.add(value.intValue());
        }
        return List.copyOf(tokens);
    }

    /** The fields of an object inside this one. */
    public Optional<ConfigFields> object(String field) {
        Optional<JsonNode> value = value(field);
        if (value.isPresent() && !value.get().isObject()) {
            throw wrong(field, "is " + value.get() + ", not an object");
        }
        return value.map(object -> new ConfigFields(file, prefix + field + ".", object));
    }

    /** The names of the fields that are there and not null. */
    public List<String> names() {
        return node.propertyNames().stream().filter(this::has).toList();
    }

    public boolean has(String field) {
        return value(field).isPresent();
    }

    /** The error to throw about a field. */
    public CheckpointException wrong(String field, String problem) {
        return new CheckpointException(file, "'" + prefix + field + "' " + problem);
    }

    private Optional<JsonNode> value(String field) {
        return Optional.ofNullable(node.get(field)).filter(value -> !value.isNull());
    }

    private List<JsonNode> elements(String field) {
        List<JsonNode> elements = new ArrayList<>();
        value(field).ifPresent(value -> {
            if (!value.isArray()) {
                throw wrong(field, "is " + value + ", not a list");
            }
            value.forEach(elements::add);
        });
        return elements;
    }
}
