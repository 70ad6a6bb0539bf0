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
 * Group heads: what guesses the codes of a frame one after another, before any is spoken but the first (after the
 * sequentially dependent heads of Ankner et al., "Hydra", 2024). From the backbone's last hidden state {@code h} of the
 * frame and the backbone's embeddings {@code e} of its codes 0 to k: {@code x = silu(A h + B (e_0 + ... + e_k) + a_k)},
 * {@code y = x + silu(C x + c)}, and {@code V_k y} are the logits of codebook k + 1. Trained on the frozen target. Immutable.
 */
public final class GroupHeads {
    /** The file of a checkpoint that holds them. */
    public static final String FILE = "group_heads.safetensors";

    private static final String STATE = "state.weight";
    private static final String CODES = "codes.weight";
    private static final String HIDDEN_WEIGHT = "hidden.weight";
    private static final String HIDDEN_BIAS = "hidden.bias";
    private static final String HEADS_BIAS = "heads.bias";
    private static final String HEADS_WEIGHT = "heads.weight";

    /** A: a row for every element of {@code h}, so that products are sums of rows, which compile to vector code. */
    private final float[][] ofState;

    /** B e: by codebook and code. */
    private final float[][][] ofCode;

    /** C, a row for every element of {@code x}, and c. */
    private final float[][] ofHidden;

    private final float[] bias;

    /** By head a_k, and V_k with a row for every element of {@code y}. */
    private final float[][] biases;

    private final float[][][] heads;

    private GroupHeads(
            float[][] ofState,
            float[][][] ofCode,
            float[][] ofHidden,
            float[] bias,
            float[][] biases,
            float[][][] heads) {
        this.ofState = ofState;
        this.ofCode = ofCode;
        this.ofHidden = ofHidden;
        this.bias = bias;
        this.biases = biases;
        this.heads = heads;
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
            return Optional.of(read(path, file.tensors(), config, config.codeEmbeddings(checkpoint)));
        }
    }

    private static GroupHeads read(Path path, Map<String, Tensor> tensors, CsmConfig config, float[][][] embeddings) {
        Set<String> known = Set.of(STATE, CODES, HIDDEN_WEIGHT, HIDDEN_BIAS, HEADS_BIAS, HEADS_WEIGHT);
        for (String name : tensors.keySet()) {
            if (!known.contains(name)) {
                throw new CheckpointException(path, name, "is not known");
            }
        }
        int width = config.backbone().hiddenSize();
        int count = config.codebooks() - 1;
        int codes = config.codes();
        int hidden = tensors.containsKey(HIDDEN_BIAS)
                ? (int) tensors.get(HIDDEN_BIAS).elements()
                : 0;
        float[] bias = floats(path, tensors, HIDDEN_BIAS, hidden);
        float[][] ofEmbedding = columns(floats(path, tensors, CODES, hidden, width), 0, hidden, width);
        float[] a = floats(path, tensors, HEADS_BIAS, count, hidden);
        float[] v = floats(path, tensors, HEADS_WEIGHT, count, codes, hidden);
        float[][][] ofCode = new float[count][codes][hidden];
        float[][] biases = new float[count][];
        float[][][] heads = new float[count][][];
        for (int head = 0; head < count; head++) {
            for (int code = 0; code < codes; code++) {
                addRows(embeddings[head][code], ofEmbedding, ofCode[head][code]);
            }
            biases[head] = Arrays.copyOfRange(a, head * hidden, (head + 1) * hidden);
            heads[head] = columns(v, head * codes, codes, hidden);
        }
        return new GroupHeads(
                columns(floats(path, tensors, STATE, hidden, width), 0, hidden, width),
                ofCode,
                columns(floats(path, tensors, HIDDEN_WEIGHT, hidden, hidden), 0, hidden, hidden),
                bias,
                biases,
                heads);
    }

    /** Some rows of a matrix, from the first on, transposed. */
    private static float[][] columns(float[] matrix, int first, int rows, int width) {
        float[][] columns = new float[width][rows];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < width; column++) {
                columns[column][row] = matrix[(first + row) * width + column];
            }
        }
        return columns;
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
     */
    public float[] begin(float[] state) {
        float[] sum = new float[bias.length];
        addRows(state, ofState, sum);
        return sum;
    }

    /**
     * Takes in a code of the frame, but for the last.
     *
     * @param sum of what is known so far, in the order of the codebooks
     */
    public void add(float[] sum, int codebook, int code) {
        addRow(1, ofCode[codebook][code], sum);
    }

    /**
     * The logits of a codebook, from 1 on.
     *
     * @param sum of what is known of the codebooks before
     */
    public float[] logits(float[] sum, int codebook) {
        int head = codebook - 1;
        float[] x = sum.clone();
        addRow(1, biases[head], x);
        silu(x);
        float[] y = bias.clone();
        addRows(x, ofHidden, y);
        silu(y);
        addRow(1, x, y);
        float[] logits = new float[heads[head][0].length];
        addRows(y, heads[head], logits);
        return logits;
    }

    private static void silu(float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] /= 1 + (float) Math.exp(-values[i]);
        }
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
