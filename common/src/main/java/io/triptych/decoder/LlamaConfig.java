package io.triptych.decoder;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.checkpoint.ConfigFields;
import io.triptych.checkpoint.MemoryRequirement;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The shape of a decoder of the Llama family: pre-norm blocks of grouped-query attention with rotary positions and a
 * gated SiLU feed-forward (Touvron et al., 2023). Qwen2 adds biases to q, k and v; Qwen3 normalises each head's query
 * and key instead; Mistral is Llama with other numbers.
 *
 * @param family {@code model_type} of the checkpoint
 * @param hiddenSize width of the residual stream
 * @param feedForwardSize width inside the feed-forward
 * @param headSize width of one head, not necessarily {@code hiddenSize / heads}
 * @param maximumPositions the longest sequence that the checkpoint was made for, a sliding window taken into account
 * @param inverseFrequencies rotary angle per position of each of the {@code headSize / 2} pairs, scaling included
 * @param queryKeyValueBias whether q, k and v have biases (Qwen2)
 * @param queryKeyNorm whether queries and keys are normalised per head (Qwen3)
 * @param tiedEmbeddings whether the output layer is the embedding
 * @param bosToken first token of a sequence, or -1 if the family has none
 * @param eosTokens tokens that end a sequence
 */
@SuppressWarnings("ArrayRecordComponent")
public record LlamaConfig(
        String family,
        int vocabularySize,
        int hiddenSize,
        int feedForwardSize,
        int layers,
        int heads,
        int keyValueHeads,
        int headSize,
        double normEpsilon,
        int maximumPositions,
        double[] inverseFrequencies,
        boolean queryKeyValueBias,
        boolean queryKeyNorm,
        boolean tiedEmbeddings,
        int bosToken,
        List<Integer> eosTokens) {
    private static final Map<String, String> ARCHITECTURES = Map.of(
            "llama", "LlamaForCausalLM",
            "mistral", "MistralForCausalLM",
            "qwen2", "Qwen2ForCausalLM",
            "qwen3", "Qwen3ForCausalLM");

    private static final List<String> ROPE_TYPES = List.of("default", "linear", "llama3");

    private static final Set<String> ROPE_FIELDS = Set.of(
            "rope_type",
            "type",
            "rope_theta",
            "partial_rotary_factor",
            "factor",
            "low_freq_factor",
            "high_freq_factor",
            "original_max_position_embeddings");

    /** What {@code num_key_value_heads} is where it is absent; in the other families, and where it is null, all heads. */
    private static final Map<String, Integer> KEY_VALUE_HEADS = Map.of(
            "mistral", 8,
            "qwen2", 32,
            "qwen3", 32,
            "csm", 8,
            "csm_depth_decoder_model", 2);

    /** What {@code sliding_window} is where it is absent; in the other families, and where it is null, there is none. */
    private static final Map<String, Integer> SLIDING_WINDOWS = Map.of("mistral", 4096, "qwen2", 4096, "qwen3", 4096);

    /** Above any real head, and low enough that its frequencies, which are kept ready, take little room. */
    private static final int LARGEST_HEAD = 1 << 16;

    /** Rows of a pass that the memory requirement reckons with. */
    private static final int SCRATCH_ROWS = 64;

    /**
     * Reads the shape from a checkpoint's {@code config.json}; end-of-sequence tokens come from
     * {@code generation_config.json} where it names them. Fields of the shape that are absent have the value that the
     * family's configuration class in the transformers library gives them; sizes that differ from model to model must be
     * there.
     *
     * @throws CheckpointException naming the field, for a family, an architecture, a scaling or a setting that the
     *     decoder lacks, and for values that fit no model
     */
    public static LlamaConfig from(CheckpointDirectory checkpoint) {
        return from(checkpoint.fields(), checkpoint.generationFields().orElse(checkpoint.fields()));
    }

    /** Reads the shape from a configuration, end-of-sequence tokens from {@code generation} if it names them. */
    static LlamaConfig from(ConfigFields config, ConfigFields generation) {
        String family = config.text("model_type").orElseThrow(() -> config.wrong("model_type", "is missing"));
        String architecture = ARCHITECTURES.get(family);
        if (architecture == null) {
            throw config.wrong(
                    "model_type",
                    "is the unknown family '" + family + "'; known are "
                            + ARCHITECTURES.keySet().stream().sorted().toList());
        }
        int vocabularySize = config.size("vocab_size");
        return from(config, generation, family, architecture, vocabularySize, 1e-6, 10_000);
    }

    /** Reads the shape of a family that is not on its own here; the last two stand for fields that are absent. */
    static LlamaConfig from(
            ConfigFields config,
            ConfigFields generation,
            String family,
            String architecture,
            int vocabularySize,
            double normEpsilon,
            double ropeBase) {
        refuseUnsupported(config, family, architecture);
        int hiddenSize = config.size("hidden_size");
        int heads = config.size("num_attention_heads");
        int keyValueHeads = config.optionalSize("num_key_value_heads", KEY_VALUE_HEADS.get(family))
                .orElse(heads);
        if (heads % keyValueHeads != 0) {
            throw config.wrong("num_key_value_heads", "is " + keyValueHeads + ", which does not divide " + heads);
        }
        int headSize = headSize(config, family, hiddenSize, heads);
        return new LlamaConfig(
                family,
                vocabularySize,
                hiddenSize,
                config.size("intermediate_size"),
                config.size("num_hidden_layers"),
                heads,
                keyValueHeads,
                headSize,
                config.positive("rms_norm_eps").orElse(normEpsilon),
                maximumPositions(config, family),
                inverseFrequencies(config, headSize, ropeBase),
                family.equals("qwen2"),
                family.equals("qwen3"),
                config.flag("tie_word_embeddings", false),
                bosToken(config, vocabularySize),
                (generation.has("eos_token_id") ? generation : config).tokens("eos_token_id", vocabularySize));
    }

    /**
     * The tokens that a session is to hold.
     *
     * @param setting the name of the setting, for the error
     * @param chosen what the setting says; 0 takes as many as the model was made for
     * @param least what makes sense
     * @throws IllegalArgumentException if the model does not allow the choice, or less than makes sense
     */
    public int capacity(String setting, int chosen, int least) {
        int capacity = chosen == 0 ? maximumPositions : chosen;
        if (capacity < least || capacity > maximumPositions) {
            throw new IllegalArgumentException(
                    setting + " is " + capacity + ", but the model allows " + least + " to " + maximumPositions);
        }
        return capacity;
    }

    /**
     * The memory that a decoder of this shape takes.
     *
     * @param bytesPerWeight of the matrices: 1 for int8, 4 for float32
     * @param capacity tokens that each session can hold
     * @param sessions sequences that are held at once
     */
    public MemoryRequirement memory(int bytesPerWeight, int capacity, int sessions) {
        return memory(bytesPerWeight, capacity, sessions, vocabularySize, vocabularySize);
    }

    /** The same with an input table and a head of other heights: their rows are as wide as the residual stream. */
    MemoryRequirement memory(int bytesPerWeight, int capacity, int sessions, int inputRows, int headRows) {
        // In double, which saturates where a hostile configuration would overflow.
        double attention = 2.0 * hiddenSize * headSize * (heads + keyValueHeads);
        double feedForward = 3.0 * hiddenSize * feedForwardSize;
        double embedding = (double) inputRows * hiddenSize;
        double head = (double) headRows * hiddenSize;
        double rowsPerLayer = headSize * (heads + 2.0 * keyValueHeads) + 2.0 * (hiddenSize + feedForwardSize);
        double scales = bytesPerWeight == 1 ? layers * rowsPerLayer + headRows : 0;
        double activations = (double) SCRATCH_ROWS * (headRows + 4.0 * feedForwardSize + (double) heads * capacity);
        // Values are cached as doubles, keys as floats in int8 and as doubles in float32, for the sake of exact sums.
        double cachedPair = Double.BYTES + (bytesPerWeight == 1 ? Float.BYTES : Double.BYTES);
        Map<String, Long> parts = new LinkedHashMap<>();
        parts.put("weights", (long)
                (bytesPerWeight * (layers * (attention + feedForward) + head) + Float.BYTES * scales));
        parts.put("embedding", (long) (Float.BYTES * embedding));
        parts.put("key/value cache of " + sessions + " x " + capacity + " tokens", (long)
                (cachedPair * layers * keyValueHeads * headSize * capacity * sessions));
        parts.put("scratch", (long) (Float.BYTES
                * (activations + (double) hiddenSize * Math.max(Math.max(inputRows, headRows), feedForwardSize))));
        return new MemoryRequirement(parts);
    }

    private static void refuseUnsupported(ConfigFields config, String family, String architecture) {
        List<String> architectures = config.texts("architectures");
        if (!architectures.isEmpty() && architectures.stream().noneMatch(architecture::equalsIgnoreCase)) {
            throw config.wrong("architectures", "is " + architectures + ", not " + architecture);
        }
        String activation = config.text("hidden_act").orElse("silu").toLowerCase(Locale.ROOT);
        if (!activation.equals("silu") && !activation.equals("swish")) {
            throw config.wrong("hidden_act", "is '" + activation + "', but only silu is supported");
        }
        if (!family.equals("qwen2") && config.flag("attention_bias", false)) {
            throw config.wrong("attention_bias", "is true, but a bias on the attention's output is not supported");
        }
        if (config.flag("mlp_bias", false)) {
            throw config.wrong("mlp_bias", "is true, but a bias in the feed-forward is not supported");
        }
        for (String quantisation : List.of("quantization_config", "compression_config")) {
            if (config.has(quantisation)) {
                throw config.wrong(quantisation, "is present, but quantised checkpoints are not supported");
            }
        }
    }

    private static int headSize(ConfigFields config, String family, int hiddenSize, int heads) {
        boolean qwen3 = family.equals("qwen3");
        if (!config.has("head_dim") && !qwen3 && hiddenSize % heads != 0) {
            throw config.wrong("num_attention_heads", "is " + heads + ", which does not divide " + hiddenSize);
        }
        int headSize = config.optionalSize("head_dim").orElse(qwen3 ? 128 : hiddenSize / heads);
        if (headSize % 2 != 0) {
            throw config.wrong("head_dim", "is " + headSize + ", which rotary positions cannot halve");
        }
        if (headSize > LARGEST_HEAD || (long) heads * headSize > ConfigFields.LARGEST_SIZE) {
            throw config.wrong("head_dim", "is " + headSize + ", too large for " + heads + " heads");
        }
        return headSize;
    }

    /** Within its sliding window a model attends to everything, so a sequence that stays within it needs no window. */
    private static int maximumPositions(ConfigFields config, String family) {
        int positions = config.size("max_position_embeddings");
        List<String> layerTypes = config.texts("layer_types");
        for (String type : layerTypes) {
            if (!type.equals("full_attention") && !type.equals("sliding_attention")) {
                throw config.wrong("layer_types", "holds '" + type + "', which is not supported");
            }
        }
        boolean slides =
                switch (family) {
                    case "mistral" -> true;
                    case "qwen2", "qwen3" ->
                        config.flag("use_sliding_window", false) || layerTypes.contains("sliding_attention");
                    default -> layerTypes.contains("sliding_attention");
                };
        if (!slides) {
            return positions;
        }
        OptionalInt window = config.optionalSize("sliding_window", SLIDING_WINDOWS.get(family));
        return Math.min(positions, window.orElse(positions));
    }

    private static int bosToken(ConfigFields config, int vocabularySize) {
        List<Integer> tokens = config.tokens("bos_token_id", vocabularySize);
        if (tokens.size() > 1) {
            throw config.wrong("bos_token_id", "is a list");
        }
        return tokens.isEmpty() ? -1 : tokens.get(0);
    }

    /** Reads {@code rope_scaling}, or {@code rope_parameters} as newer checkpoints have it, or both if they agree. */
    private static double[] inverseFrequencies(ConfigFields config, int headSize, double base) {
        Optional<double[]> older =
                config.object("rope_scaling").map(rope -> inverseFrequencies(config, rope, headSize, base));
        Optional<double[]> newer =
                config.object("rope_parameters").map(rope -> inverseFrequencies(config, rope, headSize, base));
        if (older.isPresent() && newer.isPresent() && !Arrays.equals(older.get(), newer.get())) {
            throw config.wrong("rope_parameters", "contradicts 'rope_scaling'");
        }
        double[] frequencies =
                newer.or(() -> older).orElseGet(() -> unscaledFrequencies(config, config, headSize, base));
        if (!Arrays.stream(frequencies).allMatch(Double::isFinite)) {
            throw config.wrong("rope_theta", "with its scaling makes rotary frequencies that are not finite");
        }
        return frequencies;
    }

    private static double[] inverseFrequencies(ConfigFields config, ConfigFields rope, int headSize, double base) {
        String type = rope.text("rope_type").or(() -> rope.text("type")).orElse("default");
        if (!ROPE_TYPES.contains(type)) {
            throw rope.wrong("rope_type", "is '" + type + "'; supported are " + ROPE_TYPES);
        }
        for (String field : rope.names()) {
            if (!ROPE_FIELDS.contains(field)) {
                throw rope.wrong(field, "is not supported");
            }
        }
        double[] frequencies = unscaledFrequencies(config, rope, headSize, base);
        if (type.equals("linear")) {
            double factor = required(rope, "factor");
            Arrays.setAll(frequencies, i -> frequencies[i] / factor);
        } else if (type.equals("llama3")) {
            scaleAsLlama3(frequencies, rope);
        }
        return frequencies;
    }

    /** Frequencies of rotary positions (Su et al., "RoFormer", 2021): base^(-2i / headSize). */
    private static double[] unscaledFrequencies(
            ConfigFields config, ConfigFields rope, int headSize, double otherwise) {
        for (ConfigFields fields : List.of(config, rope)) {
            if (fields.positive("partial_rotary_factor").orElse(1) != 1) {
                throw fields.wrong("partial_rotary_factor", "is not 1, which is not supported");
            }
        }
        double base =
                rope.positive("rope_theta").orElse(config.positive("rope_theta").orElse(otherwise));
        double[] frequencies = new double[headSize / 2];
        Arrays.setAll(frequencies, i -> Math.pow(base, -2.0 * i / headSize));
        return frequencies;
    }

    /**
     * Llama 3.1's scaling: wavelengths above a longest one are stretched by the factor, those below a shortest one are
     * kept, and between the two the frequency is interpolated.
     */
    private static void scaleAsLlama3(double[] frequencies, ConfigFields rope) {
        double factor = required(rope, "factor");
        double low = required(rope, "low_freq_factor");
        double high = required(rope, "high_freq_factor");
        double originalPositions = rope.size("original_max_position_embeddings");
        if (high <= low) {
            throw rope.wrong("high_freq_factor", "is " + high + ", not above low_freq_factor " + low);
        }
        for (int i = 0; i < frequencies.length; i++) {
            double rotations = originalPositions * frequencies[i] / (2 * Math.PI);
            double kept = Math.min(1, Math.max(0, (rotations - low) / (high - low)));
            frequencies[i] *= kept + (1 - kept) / factor;
        }
    }

    private static double required(ConfigFields rope, String field) {
        return rope.positive(field).orElseThrow(() -> rope.wrong(field, "is missing"));
    }
}
