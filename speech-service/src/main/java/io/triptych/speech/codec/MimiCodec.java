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

    /** Loads the codebooks and the decoder of a checkpoint. */
    public static MimiCodec load(MimiConfig config, CheckpointDirectory checkpoint) {
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
            long[] vectors = new long[frames.length * config.codebooks()];
            int at = 0;
            for (int[] frame : frames) {
                if (frame.length != config.codebooks()) {
                    throw new IllegalArgumentException("a frame of " + frame.length + " codes, but there are "
                            + config.codebooks() + " codebooks");
                }
                for (int codebook = 0; codebook < frame.length; codebook++) {
                    if (frame[codebook] < 0 || frame[codebook] >= config.codes()) {
                        throw new IllegalArgumentException(
                                "code " + frame[codebook] + " is not in a codebook of " + config.codes());
                    }
                    vectors[at++] = (long) codebook * config.codes() + frame[codebook];
                }
            }
            if (frames.length == 0) {
                return new float[0];
            }
            try (IValue codes = IValue.listFrom(vectors);
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
