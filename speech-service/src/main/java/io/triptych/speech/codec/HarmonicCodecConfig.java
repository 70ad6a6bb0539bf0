package io.triptych.speech.codec;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.checkpoint.ConfigFields;
import io.triptych.checkpoint.MemoryRequirement;
import io.triptych.checkpoint.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The shape of a codec of ours: residual vector quantisation, a causal network that makes of a frame's vector the state
 * of a voice, and oscillators and filtered noise that this state steers ("DDSP: Differentiable Digital Signal
 * Processing", Engel et al., 2020).
 *
 * @param prefix of the codec's tensors in the checkpoint
 * @param sampleRate samples in a second
 * @param hop samples between two states, the controls
 * @param controls of a frame
 * @param codebooks whose vectors are added up
 * @param codes vectors of a codebook
 * @param codeSize width of a vector
 * @param hiddenSize width of the network at the rate of frames
 * @param layers of it
 * @param controlSize width of the network at the rate of controls
 * @param controlLayers of it
 * @param kernelSize rows that a layer's convolution sees, the last of them its own
 * @param envelopeBands frequencies at which a control tells the amplitude of harmonics
 * @param noiseBands frequencies at which it tells that of noise
 * @param lowestPitch in Hz
 * @param normEpsilon that the norms add to the variance
 */
public record HarmonicCodecConfig(
        String prefix,
        int sampleRate,
        int hop,
        int controls,
        int codebooks,
        int codes,
        int codeSize,
        int hiddenSize,
        int layers,
        int controlSize,
        int controlLayers,
        int kernelSize,
        int envelopeBands,
        int noiseBands,
        double lowestPitch,
        double normEpsilon)
        implements CodecConfig {
    static final String FAMILY = "harmonic_codec";

    static HarmonicCodecConfig from(ConfigFields config, String prefix) {
        int sampleRate = config.size("sampling_rate");
        int hop = config.size("hop_length");
        int controls = config.size("upsampling_ratio");
        if ((long) hop * controls > ConfigFields.LARGEST_SIZE) {
            throw config.wrong("upsampling_ratio", "is " + controls + ", which makes frames too long");
        }
        double lowestPitch =
                config.positive("lowest_pitch").orElseThrow(() -> config.wrong("lowest_pitch", "is missing"));
        if (lowestPitch < 1 || lowestPitch > sampleRate / 2.0) {
            throw config.wrong("lowest_pitch", "is " + lowestPitch + ", not from 1 Hz to half of " + sampleRate);
        }
        return new HarmonicCodecConfig(
                prefix,
                sampleRate,
                hop,
                controls,
                config.size("num_quantizers"),
                config.size("codebook_size"),
                config.size("codebook_dim"),
                config.size("hidden_size"),
                config.size("num_hidden_layers"),
                config.size("control_hidden_size"),
                config.size("num_control_layers"),
                config.size("kernel_size"),
                bands(config, "num_envelope_bands"),
                bands(config, "num_noise_bands"),
                lowestPitch,
                config.positive("norm_eps").orElseThrow(() -> config.wrong("norm_eps", "is missing")));
    }

    private static int bands(ConfigFields config, String field) {
        int bands = config.size(field);
        if (bands < 2) {
            throw config.wrong(field, "is " + bands + ", but there is a lowest and a highest band");
        }
        return bands;
    }

    @Override
    public int samplesPerFrame() {
        return hop * controls;
    }

    /** Harmonics that the lowest pitch has below half of the sample rate. */
    int harmonics() {
        return (int) (sampleRate / 2.0 / lowestPitch);
    }

    /** None: what turns sound into codes is no part of the checkpoint. */
    @Override
    public List<String> unusedParts() {
        return List.of();
    }

    @Override
    public float[][][] vectors(CheckpointDirectory checkpoint) {
        Tensor stored = checkpoint.tensor(prefix + "quantizer.codebooks", codebooks, codes, codeSize);
        float[][][] vectors = new float[codebooks][codes][codeSize];
        for (int codebook = 0; codebook < codebooks; codebook++) {
            for (int code = 0; code < codes; code++) {
                stored.read(((long) codebook * codes + code) * codeSize, vectors[codebook][code], 0, codeSize);
            }
        }
        return vectors;
    }

    @Override
    public MemoryRequirement memory(int streams, int frames) {
        // In double, which saturates where a hostile configuration would overflow.
        double weights = (double) codebooks * codes * codeSize
                + (double) codeSize * (hiddenSize + controls)
                + (kernelSize + 1.0) * layers * hiddenSize * hiddenSize
                + (double) hiddenSize * controls * controlSize
                + (kernelSize + 1.0) * controlLayers * controlSize * controlSize
                + (double) controlSize * (1 + envelopeBands + noiseBands);
        double samples = (double) hop * controls;
        // The waves of one frame with what becomes them, and all samples of a piece twice.
        double scratch = 4 * samples * harmonics() + 2 * samples * frames;
        double state =
                (kernelSize - 1.0) * (layers * hiddenSize + (double) controlLayers * controlSize) + harmonics() + hop;
        Map<String, Long> parts = new LinkedHashMap<>();
        parts.put("codec", (long) (Float.BYTES * (weights + scratch)));
        parts.put("state of " + streams + " sounds", (long) (Float.BYTES * state * streams));
        return new MemoryRequirement(parts);
    }

    /**
     * Loads the codebooks and the decoder.
     *
     * @throws CheckpointException if a tensor is missing or has another shape
     */
    @Override
    public HarmonicCodec load(CheckpointDirectory checkpoint) {
        return new HarmonicCodec(this, checkpoint);
    }
}
