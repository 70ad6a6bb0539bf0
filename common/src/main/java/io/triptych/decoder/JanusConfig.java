package io.triptych.decoder;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.checkpoint.ConfigFields;
import io.triptych.checkpoint.MemoryRequirement;
import io.triptych.checkpoint.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The shape of a model of the Janus family as far as it draws (Chen et al., "Janus-Pro", 2025): a decoder of the Llama
 * family that continues a caption with the codes of a picture, row by row, and the VQ decoder that paints them.
 *
 * <p>Sequences hold tokens of both kinds under one numbering: code {@code c} is token {@code c}, and text token
 * {@code t} is token {@code codes + t}. So what is generated, codes alone, is numbered from 0.
 *
 * @param text the decoder; its vocabulary is that of the text
 * @param vq the codebook and the shape of the VQ decoder
 * @param alignerLayers layers between a code's embedding and the decoder's input
 * @param gridSide codes in a row of a picture, and rows of codes
 * @param bosToken first token of every prompt, a text token
 * @param boiToken last token of every prompt, a text token: an image begins
 * @param padToken what stands for a caption where there is none, a text token
 */
public record JanusConfig(
        LlamaConfig text, Vq vq, int alignerLayers, int gridSide, int bosToken, int boiToken, int padToken) {
    /**
     * Prefixes of the tensors of a checkpoint that drawing does not need: what understands pictures, what encodes them,
     * and the output layer of text.
     */
    public static final List<String> UNUSED_PARTS = List.of(
            "model.vision_model.",
            "model.aligner.",
            "model.vqmodel.encoder.",
            "model.vqmodel.quant_conv.",
            "lm_head.weight");

    private static final int NORM_GROUPS = 32;
    private static final int LARGEST_IMAGE_SIDE = 1 << 13;

    /**
     * The shape of a VQ decoder, and of its codebook (Esser et al., "Taming transformers", 2021).
     *
     * @param codes number of codes
     * @param codeSize width of a code's vector
     * @param latentChannels channels that a code's vector is widened to
     * @param baseChannels channels of which every level has a multiple
     * @param channelMultipliers of every level, the finest first; from level to level the picture's side doubles
     * @param residualBlocks of a level, but for one more that every level of the decoder has
     */
    public record Vq(
            int codes,
            int codeSize,
            int latentChannels,
            int baseChannels,
            List<Integer> channelMultipliers,
            int residualBlocks) {
        /** Channels of a level, 0 being the finest. */
        public int channels(int level) {
            return baseChannels * channelMultipliers.get(level);
        }

        public int levels() {
            return channelMultipliers.size();
        }

        /** The vectors of the codes as the decoder looks them up: of length 1. */
        public float[][] codebook(CheckpointDirectory checkpoint) {
            float[][] vectors = new float[codes][codeSize];
            Tensor tensor = checkpoint.tensor("model.vqmodel.quantize.embedding.weight", codes, codeSize);
            for (int code = 0; code < codes; code++) {
                float[] vector = vectors[code];
                tensor.read((long) code * codeSize, vector, 0, codeSize);
                double length = 0;
                for (float value : vector) {
                    length += value * value;
                }
                for (int i = 0; i < codeSize; i++) {
                    vector[i] /= (float) Math.max(Math.sqrt(length), 1e-12);
                }
            }
            return vectors;
        }

        /** Pixels along the side of a code's square. */
        public int scale() {
            return 1 << (levels() - 1);
        }
    }

    /**
     * Reads the shape from {@code config.json}, and the tokens from {@code generation_config.json} where it names them.
     * Fields that are absent have the value that the family's configuration classes in the transformers library give
     * them.
     *
     * @throws CheckpointException naming the field, for another family, a setting that is not supported, and for values
     *     that fit no model
     */
    public static JanusConfig from(CheckpointDirectory checkpoint) {
        ConfigFields config = checkpoint.fields();
        if (!checkpoint.modelType().equals("janus")) {
            throw config.wrong("model_type", "is '" + checkpoint.modelType() + "', not 'janus'");
        }
        ConfigFields textFields = required(config, "text_config");
        LlamaConfig text = LlamaConfig.from(textFields, textFields);
        ConfigFields vqFields = required(config, "vq_config");
        Vq vq = vq(vqFields);
        requireWidth(vqFields, "projection_dim", text.hiddenSize());
        requireWidth(vqFields, "image_token_embed_dim", text.hiddenSize());
        int gridSide = gridSide(required(config, "vision_config"));
        if ((long) gridSide * vq.scale() > LARGEST_IMAGE_SIDE) {
            throw vqFields.wrong("channel_multiplier", "makes pictures of " + gridSide + " x 2^" + (vq.levels() - 1));
        }
        if ((long) vq.codes() + text.vocabularySize() > ConfigFields.LARGEST_SIZE) {
            throw vqFields.wrong("num_embeddings", "is " + vq.codes() + ", too large beside the text's vocabulary");
        }
        List<ConfigFields> sources = Stream.of(
                        checkpoint.generationFields(),
                        checkpoint.generationFields().flatMap(fields -> fields.object("generation_kwargs")),
                        Optional.of(config),
                        config.object("generation_kwargs"),
                        Optional.of(textFields))
                .flatMap(Optional::stream)
                .toList();
        return new JanusConfig(
                text,
                vq,
                vqFields.optionalSize("num_hidden_layers").orElse(2),
                gridSide,
                token("bos_token_id", sources, text.vocabularySize()),
                token("boi_token_id", sources, text.vocabularySize()),
                token("pad_token_id", sources, text.vocabularySize()));
    }

    /** Number of codes in a picture. */
    public int imageTokens() {
        return gridSide * gridSide;
    }

    /** Pixels along a picture's side. */
    public int imageSide() {
        return gridSide * vq.scale();
    }

    /** Number of tokens that sequences are made of: codes and text. */
    public int inputTokens() {
        return vq.codes() + text.vocabularySize();
    }

    /** The token of a sequence that a text token is. */
    public int inputToken(int textToken) {
        return vq.codes() + textToken;
    }

    /**
     * The memory that the decoder and the VQ decoder take.
     *
     * @param bytesPerWeight of the decoder's matrices: 1 for int8, 4 for float32; the VQ decoder has float32
     * @param capacity tokens that each session can hold
     * @param sessions sequences that are held at once; a guided picture is two
     */
    public MemoryRequirement memory(int bytesPerWeight, int capacity, int sessions) {
        MemoryRequirement decoder =
                text.memory(bytesPerWeight, capacity, sessions, inputTokens(), vq.codes() + text.hiddenSize());
        Map<String, Long> parts = new LinkedHashMap<>(decoder.parts());
        // In double, which saturates where a hostile configuration would overflow.
        double pixels = (double) imageSide() * imageSide();
        double coarsest = vq.channels(vq.levels() - 1);
        // In front of the levels five convolutions; beside every block of the coarsest level four of one pixel.
        double weights = (double) vq.codes() * vq.codeSize()
                + 9 * coarsest * (4 * coarsest + vq.latentChannels())
                + 4 * (vq.residualBlocks() + 2.0) * coarsest * coarsest;
        double largestMap = 0;
        for (int level = 0; level < vq.levels(); level++) {
            // The first block of a level still has the channels of the level before.
            double widest = Math.max(vq.channels(level), vq.channels(Math.min(level + 1, vq.levels() - 1)));
            weights += 9 * (2 * vq.residualBlocks() + 3.0) * widest * vq.channels(level);
            largestMap = Math.max(largestMap, widest * pixels / Math.pow(4, level));
        }
        double attention = (double) imageTokens() * imageTokens();
        parts.put("picture decoder", (long) (Float.BYTES * (weights + 4 * largestMap + 2 * attention)));
        return new MemoryRequirement(parts);
    }

    private static ConfigFields required(ConfigFields config, String field) {
        return config.object(field).orElseThrow(() -> config.wrong(field, "is missing"));
    }

    private static Vq vq(ConfigFields config) {
        String activation = config.text("hidden_act").orElse("gelu");
        if (!activation.equals("gelu")) {
            throw config.wrong("hidden_act", "is '" + activation + "', but only gelu is supported");
        }
        if (config.optionalSize("out_channels").orElse(3) != 3) {
            throw config.wrong("out_channels", "is not 3: red, green and blue");
        }
        List<Integer> multipliers =
                config.has("channel_multiplier") ? config.sizes("channel_multiplier") : List.of(1, 1, 2, 2, 4);
        int base = config.optionalSize("base_channels").orElse(128);
        for (int multiplier : multipliers) {
            if ((long) base * multiplier > ConfigFields.LARGEST_SIZE || base * multiplier % NORM_GROUPS != 0) {
                throw config.wrong(
                        "channel_multiplier",
                        "makes " + (long) base * multiplier + " channels, which are not in " + NORM_GROUPS + " groups");
            }
        }
        if (multipliers.isEmpty() || multipliers.size() > Integer.numberOfTrailingZeros(LARGEST_IMAGE_SIDE)) {
            throw config.wrong("channel_multiplier", "has " + multipliers.size() + " levels");
        }
        return new Vq(
                config.optionalSize("num_embeddings").orElse(16384),
                config.optionalSize("embed_dim").orElse(8),
                config.optionalSize("latent_channels").orElse(256),
                base,
                multipliers,
                config.optionalSize("num_res_blocks").orElse(2));
    }

    private static void requireWidth(ConfigFields config, String field, int hiddenSize) {
        int width = config.optionalSize(field).orElse(2048);
        if (width != hiddenSize) {
            throw config.wrong(field, "is " + width + ", not the decoder's hidden size of " + hiddenSize);
        }
    }

    private static int gridSide(ConfigFields vision) {
        int imageSize = vision.optionalSize("image_size").orElse(384);
        int patchSize = vision.optionalSize("patch_size").orElse(16);
        int side = imageSize / patchSize;
        if (side == 0) {
            throw vision.wrong("patch_size", "is " + patchSize + ", larger than an image of " + imageSize);
        }
        int tokens = vision.optionalSize("num_image_tokens").orElse(side * side);
        if ((long) side * side != tokens) {
            throw vision.wrong(
                    "num_image_tokens",
                    "is " + tokens + ", not the square of " + imageSize + " / " + patchSize
                            + " (image_size, patch_size)");
        }
        return side;
    }

    private static int token(String field, List<ConfigFields> sources, int vocabularySize) {
        for (ConfigFields fields : sources) {
            List<Integer> tokens = fields.tokens(field, vocabularySize);
            if (tokens.size() > 1) {
                throw fields.wrong(field, "is a list");
            }
            if (!tokens.isEmpty()) {
                return tokens.get(0);
            }
        }
        throw sources.get(0).wrong(field, "is missing, in the other places where it may stand too");
    }
}
