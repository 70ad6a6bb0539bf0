package io.triptych.speech.codec;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.torchscript.TorchScriptProgram;

/**
 * The decoder of a codec of ours, in float32 (see {@link HarmonicCodecConfig}). A piece is one call of the TorchScript
 * program {@code harmonic_decoder.py.txt}. Strictly causal: a frame's samples come with the frame. Equal codes are equal
 * samples to the last bit, whatever the pieces, since the noise is a function of the sample's number.
 */
public final class HarmonicCodec implements Codec {
    private final TorchScriptProgram program;
    private final HarmonicCodecConfig config;

    private HarmonicCodec(TorchScriptProgram program, HarmonicCodecConfig config) {
        this.program = program;
        this.config = config;
    }

    static HarmonicCodec load(HarmonicCodecConfig config, CheckpointDirectory checkpoint) {
        return new HarmonicCodec(TorchScriptProgram.load(new HarmonicArchive(config, checkpoint).archive()), config);
    }

    @Override
    public int sampleRate() {
        return config.sampleRate();
    }

    @Override
    public int samplesPerFrame() {
        return config.samplesPerFrame();
    }

    @Override
    public int codebooks() {
        return config.codebooks();
    }

    @Override
    public int codes() {
        return config.codes();
    }

    @Override
    public Stream open() {
        return new HarmonicStream();
    }

    @Override
    public void close() {
        program.close();
    }

    private final class HarmonicStream implements Stream {
        private final IValue state = program.run("begin"); // a list, which the program changes

        @Override
        public float[] decode(int[][] frames) {
            long[] rows = CodebookRows.of(HarmonicCodec.this, frames);
            if (rows.length == 0) {
                return new float[0];
            }
            try (IValue codes = IValue.listFrom(rows);
                    IValue result = program.run("decode", codes, state);
                    PtNDArray samples = result.toTensor(program.manager())) {
                return samples.toFloatArray();
            }
        }

        @Override
        public void close() {
            state.close();
        }
    }
}
