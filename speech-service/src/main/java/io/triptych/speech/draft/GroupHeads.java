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
 * sequentially dependent heads of Ankner et al., "Hydra", 2024). Of the backbone's last hidden state {@code h} of the frame
 * and its codes {@code c_0} to {@code c_k}: {@code x = silu(A h + T_0[c_0] + ... + T_k[c_k])},
 * {@code y = silu(C x + c)}, and {@code V_k y + b_k} are the logits of codebook k + 1. The sum is wide, since what is looked up
 * costs little, and y narrow. Trained on the frozen target. Immutable.
 */
public final class GroupHeads {
    /** The file of a checkpoint that holds them. */
    public static final String FILE = "group_heads.safetensors";

    private static final String STATE = "state.weight";
    private static final String CODES = "codes.weight";
    private static final String HIDDEN_WEIGHT = "hidden.weight";
    private static final String HIDDEN_BIAS = "hidden.bias";
    private static final String HEADS_WEIGHT = "heads.weight";
    private static final String HEADS_BIAS = "heads.bias";

    /** A: a row for every element of {@code h}, so that products are sums of rows, which compile to vector code. */
    private final float[][] ofState;

    /** T: by codebook and code. */
    private final float[][][] ofCode;

    /** C, a row for every element of {@code x}, and c. */
    private final float[][] ofHidden;

    private final float[] bias;

    /** By head V_k, with a row for every element of {@code y}, and b_k. */
    private final float[][][] heads;

    private final float[][] biases;

    private GroupHeads(
            float[][] ofState,
            float[][][] ofCode,
            float[][] ofHidden,
            float[] bias,
            float[][][] heads,
            float[][] biases) {
        this.ofState = ofState;
        this.ofCode = ofCode;
        this.ofHidden = ofHidden;
        this.bias = bias;
        this.heads = heads;
        this.biases = biases;
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
            return Optional.of(read(path, file.tensors(), config));
        }
    }

    private static GroupHeads read(Path path, Map<String, Tensor> tensors, CsmConfig config) {
        Set<String> known = Set.of(STATE, CODES, HIDDEN_WEIGHT, HIDDEN_BIAS, HEADS_WEIGHT, HEADS_BIAS);
        for (String name : tensors.keySet()) {
            if (!known.contains(name)) {
                throw new CheckpointException(path, name, "is not known");
            }
        }
        int state = config.backbone().hiddenSize();
        int count = config.codebooks() - 1;
        int codes = config.codes();
        int wide = rowsOf(tensors, STATE);
        int width = rowsOf(tensors, HIDDEN_WEIGHT);
        float[] a = floats(path, tensors, STATE, wide, state);
        float[] c = floats(path, tensors, HIDDEN_WEIGHT, width, wide);
        float[] tables = floats(path, tensors, CODES, count, codes, wide);
        float[] v = floats(path, tensors, HEADS_WEIGHT, count, codes, width);
        float[] b = floats(path, tensors, HEADS_BIAS, count, codes);
        float[][][] ofCode = new float[count][codes][];
        float[][][] heads = new float[count][][];
        float[][] biases = new float[count][];
        for (int head = 0; head < count; head++) {
            for (int code = 0; code < codes; code++) {
                int row = head * codes + code;
                ofCode[head][code] = Arrays.copyOfRange(tables, row * wide, (row + 1) * wide);
            }
            heads[head] = columns(v, head * codes, codes, width);
            biases[head] = Arrays.copyOfRange(b, head * codes, (head + 1) * codes);
        }
        return new GroupHeads(
                columns(a, 0, wide, state),
                ofCode,
                columns(c, 0, width, wide),
                floats(path, tensors, HIDDEN_BIAS, width),
                heads,
                biases);
    }

    /** Of a matrix whose height is the heads' own choice; 0 if it is none, which is refused when it is read. */
    private static int rowsOf(Map<String, Tensor> tensors, String name) {
        Tensor tensor = tensors.get(name);
        return tensor == null || tensor.shape().length != 2 ? 0 : (int) tensor.shape()[0];
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
        float[] sum = new float[ofState[0].length];
        addProduct(state, ofState, sum);
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
        float[] x = sum.clone();
        silu(x);
        float[] y = bias.clone();
        addProduct(x, ofHidden, y);
        silu(y);
        float[] logits = biases[codebook - 1].clone();
        addProduct(y, heads[codebook - 1], logits);
        return logits;
    }

    private static void silu(float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] /= 1 + (float) Math.exp(-values[i]);
        }
    }

    /** Four rows at a time, since the sum is read and written again each time. */
    private static void addProduct(float[] factors, float[][] rows, float[] sum) {
        int i = 0;
        for (; i + 4 <= factors.length; i += 4) {
            addRows(
                    factors[i],
                    rows[i],
                    factors[i + 1],
                    rows[i + 1],
                    factors[i + 2],
                    rows[i + 2],
                    factors[i + 3],
                    rows[i + 3],
                    sum);
        }
        for (; i < factors.length; i++) {
            addRow(factors[i], rows[i], sum);
        }
    }

    private static void addRows(
            float a, float[] rowA, float b, float[] rowB, float c, float[] rowC, float d, float[] rowD, float[] sum) {
        for (int j = 0; j < sum.length; j++) {
            sum[j] += a * rowA[j] + b * rowB[j] + (c * rowC[j] + d * rowD[j]);
        }
    }

    private static void addRow(float factor, float[] row, float[] sum) {
        for (int j = 0; j < sum.length; j++) {
            sum[j] += factor * row[j];
        }
    }
}
