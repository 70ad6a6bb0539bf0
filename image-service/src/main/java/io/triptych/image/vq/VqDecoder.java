package io.triptych.image.vq;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.decoder.JanusConfig;
import io.triptych.decoder.Precision;
import io.triptych.torchscript.TorchScriptProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Paints the pixels of a picture's codes: the decoder of a VQGAN (Esser et al., "Taming transformers for
 * high-resolution image synthesis", 2021) as the Janus family has it. A picture is one call of the TorchScript program
 * {@code vq_decoder.py.txt}. Not thread-safe: all calls belong to one thread at a time.
 */
public final class VqDecoder implements AutoCloseable {
    private final TorchScriptProgram program;
    private final int codes;
    private final int side;

    private VqDecoder(TorchScriptProgram program, JanusConfig config) {
        this.program = program;
        this.codes = config.vq().codes();
        this.side = config.gridSide();
    }

    /**
     * Loads the codebook and the decoder of a checkpoint.
     *
     * @param precision {@code INT8} lets a processor that multiplies bfloat16 matrices paint in bfloat16, which takes less
     *     than half the time and is some 57 dB from float32; elsewhere, and with {@code FLOAT32}, it is float32
     */
    public static VqDecoder load(JanusConfig config, CheckpointDirectory checkpoint, Precision precision) {
        boolean bfloat16 = precision == Precision.INT8 && multipliesBfloat16();
        return new VqDecoder(TorchScriptProgram.load(new VqArchive(config, checkpoint, bfloat16).archive()), config);
    }

    /** Whether the processor has matrix units for bfloat16 (AMX), as far as the system tells. */
    private static boolean multipliesBfloat16() {
        try {
            return Files.readString(Path.of("/proc/cpuinfo")).contains(" amx_bf16 ");
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Decodes the first rows of a picture. Rows that follow would change them a little: norms and attention see the
     * whole map.
     *
     * @param codes whole rows of the grid, at least one, from the top
     * @return red, green and blue of every pixel, row by row: {@code codes.length / gridSide * scale} rows of
     *     {@code gridSide * scale} pixels
     * @throws IllegalArgumentException if the codes are no whole rows, or not of the codebook
     */
    public byte[] decode(int[] codes) {
        float[] values = pixels(codes);
        byte[] rgb = new byte[values.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) Math.max(0, Math.min(255, (values[i] + 1) / 2 * 255));
        }
        return rgb;
    }

    /** The same as they come out of the decoder: -1 is dark and 1 is bright, and some values lie outside. */
    float[] pixels(int[] codes) {
        if (codes.length == 0 || codes.length % side != 0 || codes.length > side * side) {
            throw new IllegalArgumentException(codes.length + " codes are no whole rows of a grid of side " + side);
        }
        for (int code : codes) {
            if (code < 0 || code >= this.codes) {
                throw new IllegalArgumentException("code " + code + " is not in a codebook of " + this.codes);
            }
        }
        try (IValue argument =
                        IValue.listFrom(Arrays.stream(codes).asLongStream().toArray());
                IValue result = program.run("pixels", argument);
                PtNDArray pixels = result.toTensor(program.manager())) {
            return pixels.toFloatArray();
        }
    }

    @Override
    public void close() {
        program.close();
    }
}
