package io.triptych.speech.codec;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.checkpoint.ConfigFields;
import io.triptych.checkpoint.MemoryRequirement;
import io.triptych.decoder.CsmConfig;
import java.util.List;

/** The shape of a codec of a known family, read from a checkpoint's {@code config.json}. */
public sealed interface CodecConfig permits MimiConfig, HarmonicCodecConfig {
    /** Samples in a second. */
    int sampleRate();

    /** Samples that a frame becomes. */
    int samplesPerFrame();

    /** Codes in a frame. */
    int codebooks();

    /** Vectors of a codebook. */
    int codes();

    /** Prefixes of the tensors that decoding does not need. */
    List<String> unusedParts();

    /** The vectors of the codes, by codebook and code. */
    float[][][] vectors(CheckpointDirectory checkpoint);

    /**
     * The memory that the codec takes.
     *
     * @param streams sounds that are decoded at once
     * @param frames most that a piece has
     */
    MemoryRequirement memory(int streams, int frames);

    /** Loads the codebooks and the decoder. */
    Codec load(CheckpointDirectory checkpoint);

    /**
     * Reads the shape: of a codec alone, or of the codec that a model of the CSM family holds.
     *
     * @throws CheckpointException naming the field, for an unknown family, a setting that is not supported, and for
     *     values that fit no codec
     */
    static CodecConfig from(CheckpointDirectory checkpoint) {
        ConfigFields whole = checkpoint.fields();
        boolean alone = !checkpoint.modelType().equals("csm");
        ConfigFields config = alone
                ? whole
                : whole.object("codec_config").orElseThrow(() -> whole.wrong("codec_config", "is missing"));
        String prefix = alone ? "" : CsmConfig.CODEC_PART;
        String family = config.text("model_type").orElse(MimiConfig.FAMILY);
        return switch (family) {
            case MimiConfig.FAMILY -> MimiConfig.from(config, prefix);
            case HarmonicCodecConfig.FAMILY -> HarmonicCodecConfig.from(config, prefix);
            default ->
                throw config.wrong(
                        "model_type",
                        "is '" + family + "', neither '" + MimiConfig.FAMILY + "' nor '" + HarmonicCodecConfig.FAMILY
                                + "'");
        };
    }
}
