package io.triptych.speech.codec;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.ConfigFields;
import io.triptych.checkpoint.MemoryRequirement;
import io.triptych.checkpoint.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The shape of a codec of the Mimi family (Défossez et al., "Moshi", 2024) as far as it decodes: a residual vector
 * quantiser split in two, a step up in rate, a transformer that sees so many steps back, and the convolutions of SEANet
 * (Tagliasacchi et al., 2020).
 *
 * @param prefix of the codec's tensors in the checkpoint
 * @param sampleRate samples in a second
 * @param hiddenSize width of the transformer
 * @param codebooks number of codebooks
 * @param semanticCodebooks how many of them are summed and projected apart
 * @param codes vectors of a codebook
 * @param codeSize width of a vector
 * @param upsampling steps of the transformer in a frame
 * @param upsamplingGroups groups of channels of the step up
 * @param layers of the transformer
 * @param feedForwardSize width inside its feed-forward
 * @param window steps that a step attends to, itself included
 * @param filters channels at the rate of samples; at each lower rate there are twice as many
 * @param ratios of rates, from the transformer's to that of samples
 * @param kernelSize of the first convolution
 * @param lastKernelSize of the last one
 * @param residualKernelSize of the first of the two in a residual block
 * @param residualBlocks at each rate
 * @param dilationGrowth dilation of a residual block, by the one before it
 * @param compression of channels inside a residual block
 */
public record MimiConfig(
        String prefix,
        int sampleRate,
        int hiddenSize,
        int codebooks,
        int semanticCodebooks,
        int codes,
        int codeSize,
        int upsampling,
        int upsamplingGroups,
        int layers,
        int heads,
        int keyValueHeads,
        int headSize,
        int feedForwardSize,
        double normEpsilon,
        double ropeBase,
        int window,
        int filters,
        List<Integer> ratios,
        int kernelSize,
        int lastKernelSize,
        int residualKernelSize,
        int residualBlocks,
        int dilationGrowth,
        int compression)
        implements CodecConfig {
    static final String FAMILY = "mimi";

    private static final int MOST_LEVELS = 12;
    private static final float LEAST_USAGE = 1e-5f;

    /**
     * Fields that are absent have the value that the family's configuration class in the transformers library gives
     * them.
     */
    static MimiConfig from(ConfigFields config, String prefix) {
        refuseUnsupported(config);
        int sampleRate = config.optionalSize("sampling_rate").orElse(24_000);
        int hiddenSize = config.optionalSize("hidden_size").orElse(512);
        int codeSize = config.optionalSize("codebook_dim").orElse(256);
        if (config.optionalSize("vector_quantization_hidden_dimension").orElse(256) != codeSize
                || codeSize == hiddenSize) {
            throw config.wrong(
                    "codebook_dim", "is " + codeSize + ", not the width before the projection to hidden_size");
        }
        int codebooks = config.optionalSize("num_quantizers").orElse(32);
        int semantic = config.optionalSize("num_semantic_quantizers").orElse(1);
        if (semantic >= codebooks) {
            throw config.wrong("num_semantic_quantizers", "is " + semantic + " of " + codebooks);
        }
        int heads = config.optionalSize("num_attention_heads").orElse(8);
        int keyValueHeads = config.optionalSize("num_key_value_heads").orElse(8);
        if (heads % keyValueHeads != 0) {
            throw config.wrong("num_key_value_heads", "is " + keyValueHeads + ", which does not divide " + heads);
        }
        int headSize = config.optionalSize("head_dim").orElse(hiddenSize / heads);
        if (headSize < 2 || headSize % 2 != 0) {
            throw config.wrong("head_dim", "is " + headSize + ", which rotary positions cannot halve");
        }
        List<Integer> ratios =
                config.has("upsampling_ratios") ? config.sizes("upsampling_ratios") : List.of(8, 6, 5, 4);
        int filters = config.optionalSize("num_filters").orElse(64);
        if (ratios.isEmpty() || ratios.size() > MOST_LEVELS || filters > ConfigFields.LARGEST_SIZE >> ratios.size()) {
            throw config.wrong("upsampling_ratios", "are " + ratios + ", too many or none");
        }
        int compression = config.optionalSize("compress").orElse(2);
        if (filters % compression != 0) {
            throw config.wrong("compress", "is " + compression + ", which does not divide " + filters);
        }
        int groups = config.optionalSize("upsample_groups").orElse(512);
        if (hiddenSize % groups != 0) {
            throw config.wrong("upsample_groups", "is " + groups + ", which does not divide " + hiddenSize);
        }
        return new MimiConfig(
                prefix,
                sampleRate,
                hiddenSize,
                codebooks,
                semantic,
                config.optionalSize("codebook_size").orElse(2048),
                codeSize,
                upsampling(config, sampleRate, ratios),
                groups,
                config.optionalSize("num_hidden_layers").orElse(8),
                heads,
                keyValueHeads,
                headSize,
                config.optionalSize("intermediate_size").orElse(2048),
                config.positive("norm_eps").orElse(1e-5),
                ropeBase(config),
                config.optionalSize("sliding_window").orElse(250),
                filters,
                ratios,
                config.optionalSize("kernel_size").orElse(7),
                config.optionalSize("last_kernel_size").orElse(3),
                config.optionalSize("residual_kernel_size").orElse(3),
                config.optionalSize("num_residual_layers").orElse(1),
                config.optionalSize("dilation_growth_rate").orElse(2),
                compression);
    }

    @Override
    public int samplesPerFrame() {
        return ratios.stream().reduce(upsampling, Math::multiplyExact);
    }

    /** Those of what turns sound into codes. */
    @Override
    public List<String> unusedParts() {
        return Stream.of(
                        "encoder.",
                        "encoder_transformer.",
                        "downsample.",
                        "quantizer.semantic_residual_vector_quantizer.input_proj.",
                        "quantizer.acoustic_residual_vector_quantizer.input_proj.")
                .map(part -> prefix + part)
                .toList();
    }

    @Override
    public float[][][] vectors(CheckpointDirectory checkpoint) {
        float[][][] vectors = new float[codebooks][][];
        for (int codebook = 0; codebook < codebooks; codebook++) {
            boolean semantic = codebook < semanticCodebooks;
            String name = prefix + "quantizer." + (semantic ? "semantic" : "acoustic")
                    + "_residual_vector_quantizer.layers." + (semantic ? codebook : codebook - semanticCodebooks)
                    + ".codebook.";
            Tensor sums = checkpoint.tensor(name + "embed_sum", codes, codeSize);
            float[] usage = new float[codes];
            checkpoint.tensor(name + "cluster_usage", codes).read(0, usage, 0, codes);
            vectors[codebook] = new float[codes][codeSize];
            for (int code = 0; code < codes; code++) {
                sums.read((long) code * codeSize, vectors[codebook][code], 0, codeSize);
                for (int i = 0; i < codeSize; i++) {
                    vectors[codebook][code][i] /= Math.max(usage[code], LEAST_USAGE);
                }
            }
        }
        return vectors;
    }

    @Override
    public MemoryRequirement memory(int streams, int frames) {
        // In double, which saturates where a hostile configuration would overflow.
        double wide = (double) heads * headSize;
        double narrow = (double) keyValueHeads * headSize;
        double transformer = layers * (2.0 * hiddenSize * (wide + narrow + feedForwardSize) + 6.0 * hiddenSize);
        double channels = (double) filters * (1 << ratios.size());
        double convolutions = kernelSize * hiddenSize * channels;
        double steps = (double) upsampling * frames;
        double largestMap = steps * Math.max(channels, feedForwardSize);
        // Keys and values in the window, and what every convolution sees of earlier steps.
        double state =
                layers * 2 * narrow * window + hiddenSize * (double) upsampling + hiddenSize * (kernelSize - 1.0);
        for (int ratio : ratios) {
            convolutions += channels * channels * ratio;
            state += channels / 2 * ratio;
            channels /= 2;
            steps *= ratio;
            convolutions += residualBlocks * (residualKernelSize + 1.0) * channels * channels / compression;
            state += channels
                    * (residualKernelSize - 1.0)
                    * (Math.pow(dilationGrowth, residualBlocks) - 1)
                    / Math.max(1, dilationGrowth - 1);
            largestMap = Math.max(largestMap, steps * channels);
        }
        // The codebooks stand twice: as they are stored, and divided by their usage.
        double weights = 2.0 * codebooks * codes * codeSize
                + 2.0 * hiddenSize * codeSize
                + 2.0 * hiddenSize * hiddenSize / upsamplingGroups * upsampling
                + transformer
                + convolutions;
        double attention = (double) heads * upsampling * frames * (window + (double) upsampling * frames);
        Map<String, Long> parts = new LinkedHashMap<>();
        parts.put("codec", (long) (Float.BYTES * (weights + 4 * largestMap + 2 * attention)));
        parts.put("state of " + streams + " sounds", (long) (Float.BYTES * state * streams));
        return new MemoryRequirement(parts);
    }

    @Override
    public MimiCodec load(CheckpointDirectory checkpoint) {
        return new MimiCodec(this, checkpoint);
    }

    private static void refuseUnsupported(ConfigFields config) {
        requireText(config, "hidden_act", "gelu");
        requireText(config, "pad_mode", "constant");
        requireFlag(config, "use_causal_conv", true);
        requireFlag(config, "use_conv_shortcut", false);
        requireFlag(config, "attention_bias", false);
        if (config.optionalSize("audio_channels").orElse(1) != 1) {
            throw config.wrong("audio_channels", "is not 1");
        }
        if (config.positive("trim_right_ratio").orElse(1) != 1) {
            throw config.wrong("trim_right_ratio", "is not 1, which would need samples to come");
        }
    }

    private static void requireText(ConfigFields config, String field, String only) {
        String text = config.text(field).orElse(only);
        if (!text.equals(only)) {
            throw config.wrong(field, "is '" + text + "', but only " + only + " is supported");
        }
    }

    private static void requireFlag(ConfigFields config, String field, boolean only) {
        if (config.flag(field, only) != only) {
            throw config.wrong(field, "is " + !only + ", which is not supported");
        }
    }

    /** Older configurations name the rate of frames; in newer ones a frame is two steps of the transformer. */
    private static int upsampling(ConfigFields config, int sampleRate, List<Integer> ratios) {
        double hop = ratios.stream().mapToDouble(Integer::doubleValue).reduce(1, (a, b) -> a * b);
        if (hop > sampleRate || sampleRate % hop != 0) {
            throw config.wrong(
                    "upsampling_ratios", "are " + ratios + ", which do not divide " + sampleRate + " samples");
        }
        double steps = sampleRate / hop;
        double frames = config.positive("frame_rate")
                .orElse(config.positive("_frame_rate").orElse(steps / 2));
        double upsampling = steps / frames;
        if (upsampling != Math.rint(upsampling) || upsampling < 2 || upsampling > steps) {
            throw config.wrong("frame_rate", "is " + frames + ", no smaller part of " + steps + " steps a second");
        }
        return (int) upsampling;
    }

    private static double ropeBase(ConfigFields config) {
        ConfigFields rope = config.object("rope_parameters").orElse(config);
        String type = rope.text("rope_type").orElse("default");
        if (!type.equals("default")) {
            throw rope.wrong("rope_type", "is '" + type + "', but only default is supported");
        }
        return rope.positive("rope_theta").orElse(10_000);
    }
}
