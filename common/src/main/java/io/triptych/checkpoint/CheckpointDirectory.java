package io.triptych.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * A model in the layout of Hugging Face: {@code config.json}, {@code tokenizer.json} and the weights in
 * {@code model.safetensors}, or in shards listed by {@code model.safetensors.index.json}. The weights are mapped, not
 * read. Whoever loads the model asks for each tensor by name and shape and ends with {@link #requireEveryTensorUsed},
 * so that a model is never made of a part of its weights.
 */
public final class CheckpointDirectory implements AutoCloseable {
    private static final String WEIGHTS = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final String EMBEDDING = "model.embed_tokens.weight";
    private static final String OUTPUT_LAYER = "lm_head.weight";

    private final Path directory;
    private final JsonNode config;
    private final Optional<JsonNode> generationConfig;
    private final Optional<JsonNode> tokenizerConfig;
    private final List<SafeTensors> files = new ArrayList<>();
    private final Map<String, Tensor> tensors = new TreeMap<>();
    private final Set<String> used = new HashSet<>();

    private CheckpointDirectory(Path directory) {
        this.directory = directory;
        config = StrictJson.readObject(directory.resolve("config.json"));
        generationConfig = readIfPresent("generation_config.json");
        tokenizerConfig = readIfPresent("tokenizer_config.json");
    }

    /**
     * Opens a directory and checks everything that can be checked without knowing the model.
     *
     * @throws CheckpointException naming the file and tensor that is missing or wrong
     */
    public static CheckpointDirectory open(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new CheckpointException(directory, "is not a directory");
        }
        if (!Files.isRegularFile(directory.resolve("config.json"))) {
            throw new CheckpointException(directory.resolve("config.json"), "is missing");
        }
        CheckpointDirectory checkpoint = new CheckpointDirectory(directory);
        try {
            checkpoint.mapWeights();
        } catch (CheckpointException e) {
            checkpoint.close();
            throw e;
        }
        return checkpoint;
    }

    /** The directory itself. */
    public Path path() {
        return directory;
    }

    /** {@code config.json}, a JSON object. */
    public JsonNode config() {
        return config;
    }

    /** {@code tokenizer_config.json}, a JSON object. */
    public Optional<JsonNode> tokenizerConfig() {
        return tokenizerConfig;
    }

    /**
     * The path of {@code tokenizer.json}.
     *
     * @throws CheckpointException if there is none
     */
    public Path tokenizer() {
        Path tokenizer = directory.resolve("tokenizer.json");
        if (!Files.isRegularFile(tokenizer)) {
            throw new CheckpointException(
                    tokenizer, "is missing; other forms of a tokenizer (tokenizer.model, vocab.json) are not read");
        }
        return tokenizer;
    }

    /**
     * {@code tokenizer.json}, a JSON object.
     *
     * @throws CheckpointException if there is none, or it cannot be read
     */
    public JsonNode tokenizerJson() {
        return StrictJson.readObject(tokenizer());
    }

    /** The family, {@code model_type} of the configuration. */
    public String modelType() {
        return fields().text("model_type").orElseThrow(() -> fields().wrong("model_type", "is missing"));
    }

    /** Typed access to the fields of {@code config.json}. */
    public ConfigFields fields() {
        return new ConfigFields(directory.resolve("config.json"), config);
    }

    /** Typed access to the fields of {@code generation_config.json}. */
    public Optional<ConfigFields> generationFields() {
        return generationConfig.map(node -> new ConfigFields(directory.resolve("generation_config.json"), node));
    }

    public boolean has(String name) {
        return tensors.containsKey(name);
    }

    /** The names of all tensors, sorted. */
    public Set<String> names() {
        return Collections.unmodifiableSet(tensors.keySet());
    }

    /**
     * Finds a tensor and counts it as used.
     *
     * @throws CheckpointException if it is missing or of another shape
     */
    public Tensor tensor(String name, long... expectedShape) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new CheckpointException(directory, name, "is missing");
        }
        if (!Arrays.equals(tensor.shape(), expectedShape)) {
            throw new CheckpointException(
                    tensor.file(),
                    name,
                    "has the shape " + Arrays.toString(tensor.shape()) + ", but the configuration asks for "
                            + Arrays.toString(expectedShape));
        }
        used.add(name);
        return tensor;
    }

    /**
     * Refuses the checkpoint if it holds weights that the model did not ask for. Two leftovers that real checkpoints
     * hold change nothing and are let pass: rotary frequencies, which follow from the configuration, and the output
     * layer beside an embedding that the configuration ties it to, if the two are equal.
     *
     * @throws CheckpointException naming the tensors
     */
    public void requireEveryTensorUsed() {
        requireEveryTensorUsed(List.of());
    }

    /**
     * Refuses the checkpoint as {@link #requireEveryTensorUsed()} does, but for parts that it may hold beside the model.
     *
     * @param otherParts prefixes of names
     * @throws CheckpointException naming the tensors
     */
    public void requireEveryTensorUsed(List<String> otherParts) {
        List<String> unused = tensors.keySet().stream()
                .filter(name -> !used.contains(name) && otherParts.stream().noneMatch(name::startsWith))
                .filter(name -> !isRotaryFrequencies(name) && !isTiedCopy(name))
                .toList();
        if (!unused.isEmpty()) {
            String others = unused.size() == 1 ? "" : " (and " + (unused.size() - 1) + " more)";
            Tensor first = tensors.get(unused.get(0));
            throw new CheckpointException(first.file(), first.name(), "is not part of this model" + others);
        }
    }

    /**
     * Counts a tensor as used that repeats another one.
     *
     * @param field of {@code config.json}, which ties the two
     * @throws CheckpointException if they differ
     */
    public void requireEqual(String copy, String original, String field) {
        if (!equal(tensors.get(copy), tensors.get(original))) {
            throw new CheckpointException(
                    tensors.get(copy).file(),
                    copy,
                    "differs from " + original + ", to which config.json ties it (" + field + ")");
        }
        used.add(copy);
    }

    /** Number of stored parameters. */
    public long parameters() {
        return tensors.values().stream().mapToLong(Tensor::elements).sum();
    }

    /** Lets go of the mapped weights: tensors can no longer be read. */
    @Override
    public void close() {
        files.forEach(SafeTensors::close);
    }

    private Optional<JsonNode> readIfPresent(String name) {
        Path file = directory.resolve(name);
        return Files.isRegularFile(file) ? Optional.of(StrictJson.readObject(file)) : Optional.empty();
    }

    /** A directory may hold the weights in the layout of another library too; then the configuration names ours. */
    private void mapWeights() {
        Optional<String> named = fields().text("transformers_weights");
        if (named.isPresent()) {
            mapNamed(named.get());
        } else if (Files.isRegularFile(directory.resolve(WEIGHTS))) {
            tensors.putAll(map(directory.resolve(WEIGHTS)));
        } else if (Files.isRegularFile(directory.resolve(INDEX))) {
            mapShards(directory.resolve(INDEX));
        } else {
            throw new CheckpointException(
                    directory,
                    "holds neither " + WEIGHTS + " nor " + INDEX + "; other formats of weights are not read");
        }
    }

    private void mapNamed(String name) {
        if (!name.matches("[\\w.-]+\\.safetensors(\\.index\\.json)?")
                || !Files.isRegularFile(directory.resolve(name))) {
            throw fields().wrong("transformers_weights", "is '" + name + "', no safetensors file or index here");
        }
        Path file = directory.resolve(name);
        if (name.endsWith(".json")) {
            mapShards(file);
        } else {
            tensors.putAll(map(file));
        }
    }

    private void mapShards(Path index) {
        JsonNode weightMap = StrictJson.readObject(index).path("weight_map");
        if (!weightMap.isObject() || weightMap.isEmpty()) {
            throw new CheckpointException(index, "has no weight_map");
        }
        Map<String, Map<String, Tensor>> shards = new HashMap<>();
        for (Map.Entry<String, JsonNode> entry : weightMap.properties()) {
            String name = entry.getKey();
            Path shard = shard(index, name, entry.getValue());
            Tensor tensor = shards.computeIfAbsent(shard.toString(), unseen -> map(shard))
                    .get(name);
            if (tensor == null) {
                throw new CheckpointException(index, name, "is not in " + shard.getFileName() + " as the index says");
            }
            tensors.put(name, tensor);
        }
        for (Map<String, Tensor> shard : shards.values()) {
            for (Tensor tensor : shard.values()) {
                if (tensors.get(tensor.name()) != tensor) {
                    throw new CheckpointException(
                            tensor.file(), tensor.name(), "is not listed so by " + index.getFileName());
                }
            }
        }
    }

    /** Resolves a shard's name, which must be that of a file in this very directory. */
    private Path shard(Path index, String tensor, JsonNode node) {
        String name = node.isString() ? node.stringValue() : "";
        if (!name.endsWith(".safetensors") || !name.matches("[\\w.-]+")) {
            throw new CheckpointException(index, tensor, "is mapped to " + node + ", no safetensors file here");
        }
        Path shard = directory.resolve(name);
        if (!Files.isRegularFile(shard)) {
            throw new CheckpointException(
                    shard, "is missing, but " + index.getFileName() + " places '" + tensor + "' there");
        }
        return shard;
    }

    private Map<String, Tensor> map(Path file) {
        SafeTensors mapped = SafeTensors.open(file);
        files.add(mapped);
        return mapped.tensors();
    }

    private static boolean isRotaryFrequencies(String name) {
        return name.endsWith(".rotary_emb.inv_freq");
    }

    private boolean isTiedCopy(String name) {
        if (!name.equals(OUTPUT_LAYER) || !has(EMBEDDING) || !fields().flag("tie_word_embeddings", false)) {
            return false;
        }
        requireEqual(OUTPUT_LAYER, EMBEDDING, "tie_word_embeddings");
        return true;
    }

    private static boolean equal(Tensor one, Tensor other) {
        if (!Arrays.equals(one.shape(), other.shape())) {
            return false;
        }
        float[] ones = new float[1 << 16];
        float[] others = new float[1 << 16];
        for (long from = 0; from < one.elements(); from += ones.length) {
            int count = (int) Math.min(ones.length, one.elements() - from);
            one.read(from, ones, 0, count);
            other.read(from, others, 0, count);
            if (!Arrays.equals(ones, 0, count, others, 0, count)) {
                return false;
            }
        }
        return true;
    }
}
