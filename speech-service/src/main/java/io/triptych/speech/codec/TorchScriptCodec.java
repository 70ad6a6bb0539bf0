package io.triptych.speech.codec;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import io.triptych.torchscript.TorchScriptArchive;
import io.triptych.torchscript.TorchScriptProgram;

/**
 * A codec whose decoder is a TorchScript program, in float32. A piece is one call of the program's method {@code decode},
 * which is given codes, as rows of one table of all codebooks' vectors, and the sound's state. The state is a list of
 * tensors that the method {@code begin} makes and {@code decode} changes.
 */
abstract class TorchScriptCodec implements Codec {
    private final CodecConfig config;
    private final TorchScriptProgram program;

    TorchScriptCodec(CodecConfig config, TorchScriptArchive archive) {
        this.config = config;
        this.program = TorchScriptProgram.load(archive);
    }

    @Override
    public final int sampleRate() {
        return config.sampleRate();
    }

    @Override
    public final int samplesPerFrame() {
        return config.samplesPerFrame();
    }

    @Override
    public final int codebooks() {
        return config.codebooks();
    }

    @Override
    public final int codes() {
        return config.codes();
    }

    @Override
    public final Stream open() {
        return new Sound();
    }

    @Override
    public final void close() {
        program.close();
    }

    private final class Sound implements Stream {
        private final IValue state = program.run("begin");

        @Override
        public float[] decode(int[][] frames) {
            long[] rows = rows(frames);
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

    /** The codes of all frames, frame by frame, as rows of a table in which codebooks stand one below the other. */
    private long[] rows(int[][] frames) {
        long[] rows = new long[frames.length * codebooks()];
        int at = 0;
        for (int[] frame : frames) {
            if (frame.length != codebooks()) {
                throw new IllegalArgumentException(
                        "a frame of " + frame.length + " codes, but there are " + codebooks() + " codebooks");
            }
            for (int codebook = 0; codebook < frame.length; codebook++) {
                if (frame[codebook] < 0 || frame[codebook] >= codes()) {
                    throw new IllegalArgumentException(
                            "code " + frame[codebook] + " is not in a codebook of " + codes());
                }
                rows[at++] = (long) codebook * codes() + frame[codebook];
            }
        }
        return rows;
    }
}
