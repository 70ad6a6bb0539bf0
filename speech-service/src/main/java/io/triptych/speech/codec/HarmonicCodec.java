package io.triptych.speech.codec;

import io.triptych.checkpoint.CheckpointDirectory;

/**
 * The decoder of a codec of ours (see {@link HarmonicCodecConfig}); its program is {@code harmonic_decoder.py.txt}.
 * Strictly causal: a frame's samples come with the frame. Equal codes are equal samples to the last bit, whatever the
 * pieces, since the noise is a function of the sample's number.
 */
public final class HarmonicCodec extends TorchScriptCodec {
    HarmonicCodec(HarmonicCodecConfig config, CheckpointDirectory checkpoint) {
        super(config, new HarmonicArchive(config, checkpoint).archive());
    }
}
