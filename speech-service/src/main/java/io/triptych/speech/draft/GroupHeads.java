package io.triptych.speech.draft;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.checkpoint.SafeTensors;
import io.triptych.checkpoint.Tensor;
import io.triptych.decoder.CsmConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Group heads: what guesses all codes of a frame at once, before any is spoken but the first (after the heads of Cai et
 * al., "Medusa: Simple LLM inference acceleration framework with multiple decoding heads", 2024). From the backbone's
 * last hidden state {@code h} of the frame and the backbone's embedding {@code e} of its code 0, {@code x = silu(W [h; e] +
 * b)}, and head k gives {@code V_k x} as logits of codebook k + 1. Trained on the frozen target. Immutable.
 */
public final class GroupHeads {
    /** The file of a checkpoint that holds them. */
    public static final String FILE = "group_heads.safetensors";

    private static final String HIDDEN_WEIGHT = "hidden.weight";
    private static final String HIDDEN_BIAS = "hidden.bias";
    private static final String HEADS = "heads.weight";

    /** A row for every element of {@code h}, so that products are sums of rows, which compile to vector code. */
    private final float[][] ofState;

    /** By code 0: what it adds, the bias included. */
    private final float[][] ofCode;

    /** By head: a row for every element of {@code x}. */
    private final float[][][] heads;

    private final int codes;

    private GroupHeads(float[][] ofState, float[][] ofCode, float[][][] heads, int codes) {
        this.ofState = ofState;
        this.ofCode = ofCode;
        this.heads = heads;
        this.codes = codes;
    }

    /**
     * Reads the heads of a checkpoint, if it has any.
     *
     * @throws CheckpointException naming the tensor that is missing, of another shape or not known
     */
    public static Optional<GroupHeads> of(CheckpointDirectory checkpoint, CsmConfig config) {
        Path path = checkpoint.path().resolve(FILE);
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        try (SafeTensors file = SafeTensors.open(path)) {
            return Optional.of(read(path, file.tensors(), config, config.firstCodeEmbeddings(checkpoint)));
        }
    }

    private static GroupHeads read(Path path, Map<String, Tensor> tensors, CsmConfig config, float[][] embeddings) {
        Set<String> known = Set.of(HIDDEN_WEIGHT, HIDDEN_BIAS, HEADS);
        for (String name : tensors.keySet()) {
            if (!known.contains(name)) {
                throw new CheckpointException(path, name, "is not known");
            }
        }
        int width = config.backbone().hiddenSize();
        int codes = config.codes();
        Tensor bias = tensors.get(HIDDEN_BIAS);
        int hidden = bias == null ? 0 : (int) bias.elements();
        float[] b = floats(path, tensors, HIDDEN_BIAS, hidden);
        float[] w = floats(path, tensors, HIDDEN_WEIGHT, hidden, 2 * width);
        float[] v = floats(path, tensors, HEADS, config.codebooks() - 1, codes, hidden);

        float[][] ofState = new float[width][hidden];
        float[][] ofCode = new float[codes][];
        Arrays.setAll(ofCode, code -> b.clone());
        for (int i = 0; i < hidden; i++) {
            for (int j = 0; j < width; j++) {
                ofState[j][i] = w[i * 2 * width + j];
            }
            for (int code = 0; code < codes; code++) {
                for (int j = 0; j < width; j++) {
                    ofCode[code][i] += w[(i * 2 + 1) * width + j] * embeddings[code][j];
                }
            }
        }
        float[][][] heads = new float[config.codebooks() - 1][hidden][codes];
        for (int head = 0; head < heads.length; head++) {
            for (int code = 0; code < codes; code++) {
                for (int i = 0; i < hidden; i++) {
                    heads[head][i][code] = v[(head * codes + code) * hidden + i];
                }
            }
        }
        return new GroupHeads(ofState, ofCode, heads, codes);
    }

    private static float[] floats(Path path, Map<String, Tensor> tensors, String name, long... shape) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new CheckpointException(path, name, "is missing");
        }
        if (!Arrays.equals(tensor.shape(), shape)) {
            throw new CheckpointException(
                    path, name, "has shape " + Arrays.toString(tensor.shape()) + ", not " + Arrays.toString(shape));
        }
        float[] values = new float[Math.toIntExact(tensor.elements())];
        tensor.read(0, values, 0, values.length);
        return values;
    }

    /**
     * What all heads of a frame see.
     *
     * @param state the backbone's last hidden state after its final norm
     * @param firstCode the frame's code 0
     */
    public float[] hidden(float[] state, int firstCode) {
        float[] hidden = ofCode[firstCode].clone();
        addRows(state, ofState, hidden);
        for (int i = 0; i < hidden.length; i++) {
            hidden[i] /= 1 + (float) Math.exp(-hidden[i]);
        }
        return hidden;
    }

    /** The logits of a codebook, from 1 on. */
    public float[] logits(float[] hidden, int codebook) {
        float[] logits = new float[codes];
        addRows(hidden, heads[codebook - 1], logits);
        return logits;
    }

    private static void addRows(float[] factors, float[][] rows, float[] sum) {
        for (int i = 0; i < factors.length; i++) {
            addRow(factors[i], rows[i], sum);
        }
    }

    private static void addRow(float factor, float[] row, float[] sum) {
        for (int j = 0; j < sum.length; j++) {
            sum[j] += factor * row[j];
        }
    }
}
