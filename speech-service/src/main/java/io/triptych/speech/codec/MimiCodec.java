package io.triptych.speech.codec;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.torchscript.TorchScriptProgram;

/**
 * The decoder of a codec of the Mimi family (Défossez et al., "Moshi: a speech-text foundation model for real-time
 * dialogue", 2024), in float32. A piece is one call of the TorchScript program {@code mimi_decoder.py.txt}, which tells
 * what goes over from piece to piece.
 */
public final class MimiCodec implements Codec {
    private final TorchScriptProgram program;
    private final MimiConfig config;

    private MimiCodec(TorchScriptProgram program, MimiConfig config) {
        this.program = program;
        this.config = config;
    }

    static MimiCodec load(MimiConfig config, CheckpointDirectory checkpoint) {
        return new MimiCodec(TorchScriptProgram.load(new MimiArchive(config, checkpoint).archive()), config);
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
        return new MimiStream();
    }

    @Override
    public void close() {
        program.close();
    }

    private final class MimiStream implements Stream {
        private final IValue state = program.run("begin"); // a list, which the program changes
        private long steps;

        @Override
        public float[] decode(int[][] frames) {
            long[] rows = CodebookRows.of(MimiCodec.this, frames);
            if (rows.length == 0) {
                return new float[0];
            }
            try (IValue codes = IValue.listFrom(rows);
                    IValue position = IValue.from(steps);
                    IValue result = program.run("decode", codes, position, state);
                    PtNDArray samples = result.toTensor(program.manager())) {
                steps += (long) frames.length * config.upsampling();
                return samples.toFloatArray();
            }
        }

        @Override
        public void close() {
            state.close();
        }
    }
}
