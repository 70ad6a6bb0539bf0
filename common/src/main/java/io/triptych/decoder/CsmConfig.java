package io.triptych.decoder;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.checkpoint.ConfigFields;
import io.triptych.checkpoint.MemoryRequirement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The shape of a model of the CSM family, which speaks (Sesame, "Conversational Speech Model", 2025): a backbone of the
 * Llama family over text tokens and frames of codes, which gives the first code of the next frame, and a smaller depth
 * decoder, which continues a frame codebook by codebook.
 *
 * <p>Sequences hold tokens of both kinds under one numbering: code {@code c} of whatever codebook is token {@code c},
 * and text token {@code t} is token {@code codes + t}. A frame is its codes, one after another, from codebook 0 on.
 *
 * @param backbone the larger decoder; its vocabulary is that of the text
 * @param depth the smaller one; its vocabulary is that of a codebook
 * @param codebooks codes in a frame
 * @param codes tokens of a codebook, those included that the codec has no vector for
 * @param endCode a frame of this code alone ends the speech
 * @param tiedEmbeddings whether backbone and depth decoder share the embeddings of codes
 */
public record CsmConfig(
        LlamaConfig backbone, LlamaConfig depth, int codebooks, int codes, int endCode, boolean tiedEmbeddings) {
    /** The prefix of the codec's tensors in a checkpoint, which backbone and depth decoder do not need. */
    public static final String CODEC_PART = "codec_model.";

    static final String BACKBONE_EMBEDDING = "backbone_model.embed_tokens.embed_audio_tokens.weight";
    static final String DEPTH_EMBEDDING = "depth_decoder.model.embed_tokens.weight";
    private static final String DEPTH_FAMILY = "csm_depth_decoder_model";
    private static final double NORM_EPSILON = 1e-5;
    private static final double ROPE_BASE = 500_000;

    /**
     * Reads the shape from {@code config.json}.
     *
     * @throws CheckpointException naming the field, for another family, a setting that is not supported, and for values
     *     that fit no model
     */
    public static CsmConfig from(CheckpointDirectory checkpoint) {
        ConfigFields config = checkpoint.fields();
        if (!checkpoint.modelType().equals("csm")) {
            throw config.wrong("model_type", "is '" + checkpoint.modelType() + "', not 'csm'");
        }
        int textTokens = config.size("text_vocab_size");
        LlamaConfig backbone = LlamaConfig.from(
                config, config, "csm", "CsmForConditionalGeneration", textTokens, NORM_EPSILON, ROPE_BASE);
        int codebooks = config.size("num_codebooks");
        int codes = config.size("vocab_size");
        if ((long) codebooks * codes + textTokens >= ConfigFields.LARGEST_SIZE) {
            throw config.wrong("num_codebooks", "is " + codebooks + ", too large for codebooks of " + codes);
        }
        if (codebooks < 2) {
            throw config.wrong("num_codebooks", "is 1, which leaves nothing to the depth decoder");
        }
        ConfigFields depthFields = config.object("depth_decoder_config")
                .orElseThrow(() -> config.wrong("depth_decoder_config", "is missing"));
        require(depthFields, "num_codebooks", codebooks);
        require(depthFields, "vocab_size", codes);
        require(depthFields, "backbone_hidden_size", backbone.hiddenSize());
        if (!depthFields.text("model_type").orElse(DEPTH_FAMILY).equals(DEPTH_FAMILY)) {
            throw depthFields.wrong("model_type", "is not '" + DEPTH_FAMILY + "'");
        }
        LlamaConfig depth = LlamaConfig.from(
                depthFields, depthFields, DEPTH_FAMILY, "CsmDepthDecoderForCausalLM", codes, NORM_EPSILON, ROPE_BASE);
        if (depth.maximumPositions() < codebooks) {
            throw depthFields.wrong(
                    "max_position_embeddings", "is " + depth.maximumPositions() + ", less than there are codebooks");
        }
        List<Integer> ends = config.tokens("codebook_eos_token_id", codes);
        if (ends.size() > 1) {
            throw config.wrong("codebook_eos_token_id", "is a list");
        }
        return new CsmConfig(
                backbone,
                depth,
                codebooks,
                codes,
                ends.isEmpty() ? 0 : ends.get(0),
                config.flag("tie_codebooks_embeddings", true));
    }

    /**
     * The weights of a checkpoint of this shape. Embeddings of codes that are tied are stored once, under either name.
     *
     * @throws CheckpointException if the tied embeddings are stored twice and differ
     */
    public LlamaWeights weights(CheckpointDirectory checkpoint) {
        if (tiedEmbeddings && checkpoint.has(BACKBONE_EMBEDDING) && checkpoint.has(DEPTH_EMBEDDING)) {
            checkpoint.requireEqual(BACKBONE_EMBEDDING, DEPTH_EMBEDDING, "tie_codebooks_embeddings");
        }
        LlamaWeights stored = LlamaWeights.of(checkpoint);
        return (name, shape) -> {
            boolean elsewhere = tiedEmbeddings && !checkpoint.has(name);
            String other = name.equals(BACKBONE_EMBEDDING)
                    ? DEPTH_EMBEDDING
                    : name.equals(DEPTH_EMBEDDING) ? BACKBONE_EMBEDDING : name;
            return stored.tensor(elsewhere ? other : name, shape);
        };
    }

    /** The token of a sequence that a text token is. */
    public int inputToken(int textToken) {
        return codes + textToken;
    }

    /** Number of tokens that sequences are made of: codes and text. */
    public int inputTokens() {
        return codes + backbone.vocabularySize();
    }

    /**
     * The memory that backbone and depth decoder take.
     *
     * @param bytesPerWeight of the matrices: 1 for int8, 4 for float32
     * @param capacity text tokens and frames that each session can hold
     * @param sessions sequences that are held at once
     */
    public MemoryRequirement memory(int bytesPerWeight, int capacity, int sessions) {
        MemoryRequirement larger = backbone.memory(
                bytesPerWeight,
                capacity,
                sessions,
                codebooks * codes + backbone.vocabularySize() + 1,
                codes + depth.hiddenSize());
        int heads = (codebooks - 1) * codes;
        MemoryRequirement smaller =
                depth.memory(bytesPerWeight, codebooks + CsmDecoder.DRAFTED_NODES, sessions, heads, heads);
        Map<String, Long> parts = new LinkedHashMap<>();
        larger.parts().forEach((part, bytes) -> parts.put("backbone's " + part, bytes));
        smaller.parts().forEach((part, bytes) -> parts.put("depth decoder's " + part, bytes));
        return new MemoryRequirement(parts);
    }

    private static void require(ConfigFields config, String field, int expected) {
        int size = config.size(field);
        if (size != expected) {
            throw config.wrong(field, "is " + size + ", but the backbone has " + expected);
        }
    }
}
