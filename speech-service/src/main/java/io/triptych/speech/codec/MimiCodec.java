package io.triptych.speech.codec;

import io.triptych.checkpoint.CheckpointDirectory;

/**
 * The decoder of a codec of the Mimi family (Défossez et al., "Moshi: a speech-text foundation model for real-time
 * dialogue", 2024); its program is {@code mimi_decoder.py.txt}, which tells what goes over from piece to piece.
 */
public final class MimiCodec extends TorchScriptCodec {
    MimiCodec(MimiConfig config, CheckpointDirectory checkpoint) {
        super(config, new MimiArchive(config, checkpoint).archive());
    }
}
