package io.triptych.decoder;

import io.triptych.torchscript.ProgramText;
import io.triptych.torchscript.TorchScriptArchive;
import io.triptych.torchscript.TorchScriptArchive.ElementType;
import io.triptych.torchscript.TorchScriptArchive.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A decoder as a TorchScript archive: the program {@code llama_decoder.py.txt} with its constants, and the checkpoint's
 * weights as it wants them. Matrices that multiply the same input are stacked; the weight of the norm before a matrix is
 * multiplied into its columns, and the attention's {@code 1/sqrt(headSize)} into the query's rows; the members
 * {@code i} and {@code i + headSize/2} that a rotary position turns together are moved side by side in queries and keys
 * alike, which leaves their products as they were.
 */
class LlamaArchive {
    /** Elements that an elementwise kernel takes on one thread. */
    private static final int KERNEL_ELEMENTS = 32768;

    /** Rows from which on a span's attention is weighed alone, not padded to the length of others. */
    private static final int LONG_SPAN = 8;

    /** fbgemm, which has the better 8-bit kernels, is for these processors only. */
    private static final boolean X86 = List.of("amd64", "x86_64").contains(System.getProperty("os.arch"));

    private final LlamaConfig config;
    private final LlamaWeights weights;
    private final DecoderEnds ends;
    private final Precision precision;
    private final int capacity;

    /** A language model. */
    LlamaArchive(LlamaConfig config, LlamaWeights weights, Precision precision, int capacity) {
        this(config, weights, new LlamaEnds(config, weights), precision, capacity);
    }

    /** A model that draws. The layers have the names of a language model's, below {@code language_model}. */
    LlamaArchive(JanusConfig config, LlamaWeights weights, Precision precision, int capacity) {
        this(
                config.text(),
                (name, shape) -> weights.tensor(name.replaceFirst("^model", "model.language_model"), shape),
                new JanusEnds(config, weights),
                precision,
                capacity);
    }

    /** Layers with ends of their own. */
    LlamaArchive(LlamaConfig config, LlamaWeights weights, DecoderEnds ends, Precision precision, int capacity) {
        this.config = config;
        this.weights = weights;
        this.ends = ends;
        this.precision = precision;
        this.capacity = capacity;
    }

    LlamaConfig config() {
        return config;
    }

    DecoderEnds ends() {
        return ends;
    }

    Precision precision() {
        return precision;
    }

    int capacity() {
        return capacity;
    }

    TorchScriptArchive archive() {
        TorchScriptArchive archive = new TorchScriptArchive("LlamaDecoder", program());
        archive.tensors("embedding", ends.embedding());
        archive.tensors("rotary", List.of(rotary()));
        List<Matrix> matrices = matrices();
        archive.tensors("weights", matrices.stream().map(this::weight).toList());
        boolean int8 = precision == Precision.INT8;
        archive.tensors("scales", int8 ? matrices.stream().map(this::scale).toList() : List.of());
        archive.emptyList("packed", packedType());
        List<Tensor> biases = new ArrayList<>();
        List<Tensor> queryNorms = new ArrayList<>();
        List<Tensor> valueAnchors = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            if (config.queryKeyValueBias()) {
                biases.add(floats(queryKeyValueBias(layer)));
            }
            if (config.queryKeyNorm()) {
                queryNorms.add(queryKeyNorm(layer));
            }
            valueAnchors.add(floats(new float[] {valueAnchor(layer)}));
        }
        archive.tensors("biases", biases);
        archive.tensors("head_biases", ends.headBiases());
        archive.tensors("query_norms", queryNorms);
        archive.tensors("value_anchors", valueAnchors);
        return archive;
    }

    // ---- the program

    String program() {
        int heads = config.heads();
        int feedForward = Matrix.padded(config.feedForwardSize());
        int keyValueHeads = config.keyValueHeads();
        boolean int8 = precision == Precision.INT8;
        String queryNorm = "    qk = torch.reshape(qk, [-1, ${HEADS} + ${KV}, ${HEAD}])\n"
                + "    head_norm = torch.rsqrt(torch.mean(qk * qk, [-1], True) + ${HEAD_EPSILON})\n"
                + "    qk = torch.mul_(qk * head_norm, self.query_norms[layer])\n";
        String kernels = !int8 ? "llama_float32.py.txt" : X86 ? "llama_int8.py.txt" : "llama_int8_portable.py.txt";
        return page("llama_decoder.py.txt")
                .then(ends.program())
                .then(page(kernels))
                .with("PACKED", packedType())
                .with("BIAS", config.queryKeyValueBias() ? "    fused = fused + self.biases[layer]\n" : "")
                .with("QUERY_NORM", config.queryKeyNorm() ? queryNorm : "")
                .with("LAYERS", config.layers())
                .with("HEADS", heads)
                .with("KV", keyValueHeads)
                .with("GROUP", heads / keyValueHeads)
                .with("HEAD", config.headSize())
                .with("QK_WIDTH", (heads + keyValueHeads) * config.headSize())
                .with("FFN", feedForward)
                .with("SILU_ROWS", rowsPerKernel(feedForward))
                .with("EPSILON", config.normEpsilon() * config.hiddenSize())
                .with("HEAD_EPSILON", config.normEpsilon())
                .with("INT8_STEP", 1 / 127.0)
                .with("KEY_TYPE", int8 ? 6 : 7)
                .with("KEY_ANCHOR", keyAnchor())
                .with("LONG_SPAN", LONG_SPAN)
                .with("LOG_WEIGHT_STEPS", 23 * Math.log(2))
                .text();
    }

    private String packedType() {
        return precision == Precision.INT8 ? "__torch__.torch.classes.quantized.LinearPackedParamsBase" : "Tensor";
    }

    /** Rows that an elementwise kernel takes on one thread. */
    static int rowsPerKernel(int width) {
        return Math.max(1, KERNEL_ELEMENTS / width);
    }

    static ProgramText page(String resource) {
        return ProgramText.of(LlamaArchive.class, resource);
    }

    // ---- grids: sums of multiples of a grid are exact while they need no more bits than the mantissa has

    /**
     * Times the largest element of a head, the number that rounds its elements to a grid: with {@code b} bits each,
     * {@code headSize} products of {@code 2b} bits must fit the mantissa.
     */
    private double keyAnchor() {
        int mantissa = precision == Precision.INT8 ? 24 : 53;
        int bits = (mantissa - bitsFor(config.headSize())) / 2;
        return Math.scalb(1.03, mantissa - bits);
    }

    /**
     * The number that rounds a layer's values to one grid. A row divided by its length is at most 1 long, so a bound
     * follows from the weights (twice it, because int8 rounds both). Weighted sums of {@code capacity}
     * values with weights of 23 bits must fit 53 bits; float32 divides the weights first, so they sum to one.
     */
    private float valueAnchor(int layer) {
        Matrix values =
                part(layer, "self_attn.v_proj", keyValueWidth(), norm(name(layer, "input_layernorm")), 1, false);
        float[] row = new float[config.hiddenSize()];
        double bound = 0;
        for (int i = 0; i < values.rows(); i++) {
            values.row(i, row);
            double squares = 0;
            for (float w : row) {
                squares += (double) w * w;
            }
            bound = Math.max(bound, Math.sqrt(squares));
        }
        if (config.queryKeyValueBias()) {
            float[] bias = weights.read(name(layer, "self_attn.v_proj.bias"), keyValueWidth());
            double largest = 0;
            for (float b : bias) {
                largest = Math.max(largest, Math.abs(b));
            }
            bound += largest;
        }
        int bits = precision == Precision.INT8 ? 53 - 24 - bitsFor(capacity) : 23;
        return (float) Math.scalb(2 * bound + Float.MIN_NORMAL, 24 - Math.min(bits, 23));
    }

    /** Bits that a sum of so many terms has more than a term. */
    private static int bitsFor(int terms) {
        return 32 - Integer.numberOfLeadingZeros(terms - 1);
    }

    // ---- the weights

    /** In the order that the program numbers them: four a layer, then the head's. */
    private List<Matrix> matrices() {
        List<Matrix> all = new ArrayList<>();
        int width = config.heads() * config.headSize();
        for (int layer = 0; layer < config.layers(); layer++) {
            float[] before = norm(name(layer, "input_layernorm"));
            all.add(Matrix.stacked(
                    part(layer, "self_attn.q_proj", width, before, queryScale(), true),
                    part(layer, "self_attn.k_proj", keyValueWidth(), before, 1, true),
                    part(layer, "self_attn.v_proj", keyValueWidth(), before, 1, false)));
            all.add(matrix(layer, "self_attn.o_proj", config.hiddenSize(), width, null));
            float[] between = norm(name(layer, "post_attention_layernorm"));
            all.add(Matrix.stacked(
                    matrix(layer, "mlp.gate_proj", config.feedForwardSize(), config.hiddenSize(), between)
                            .withPaddedRows(),
                    matrix(layer, "mlp.up_proj", config.feedForwardSize(), config.hiddenSize(), between)
                            .withPaddedRows()));
            all.add(matrix(layer, "mlp.down_proj", config.hiddenSize(), config.feedForwardSize(), null)
                    .withPaddedColumns());
        }
        all.addAll(ends.head(norm("model.norm")));
        return all;
    }

    private Matrix matrix(int layer, String name, int rows, int columns, float[] factors) {
        return Matrix.of(weights, name(layer, name + ".weight"), rows, columns, factors);
    }

    /** A projection to heads, its rows times {@code scale} and, if {@code paired}, in the order of rotary pairs. */
    private Matrix part(int layer, String name, int rows, float[] norm, double scale, boolean paired) {
        Matrix matrix = matrix(layer, name, rows, config.hiddenSize(), norm);
        return new Matrix(rows, matrix.columns(), (row, destination) -> {
            matrix.row(paired ? pairedRow(row) : row, destination);
            if (scale != 1) {
                for (int i = 0; i < matrix.columns(); i++) {
                    destination[i] = (float) (destination[i] * scale);
                }
            }
        });
    }

    /** The row of a head's member that the program keeps at {@code row}: pairs lie side by side there. */
    private int pairedRow(int row) {
        int size = config.headSize();
        int member = row % size;
        return row - member + member / 2 + (member % 2) * (size / 2);
    }

    /** A query multiplies as many keys as it likes, so the attention's scale goes into it once and for all. */
    private double queryScale() {
        return config.queryKeyNorm() ? 1 : 1 / Math.sqrt(config.headSize());
    }

    private float[] queryKeyValueBias(int layer) {
        float[] q = weights.read(name(layer, "self_attn.q_proj.bias"), config.heads() * config.headSize());
        float[] k = weights.read(name(layer, "self_attn.k_proj.bias"), keyValueWidth());
        float[] v = weights.read(name(layer, "self_attn.v_proj.bias"), keyValueWidth());
        float[] fused = new float[q.length + k.length + v.length];
        for (int i = 0; i < q.length; i++) {
            fused[i] = (float) (q[pairedRow(i)] * queryScale());
        }
        for (int i = 0; i < k.length; i++) {
            fused[q.length + i] = k[pairedRow(i)];
        }
        System.arraycopy(v, 0, fused, q.length + k.length, v.length);
        return fused;
    }

    private Tensor queryKeyNorm(int layer) {
        float[] q = weights.read(name(layer, "self_attn.q_norm.weight"), config.headSize());
        float[] k = weights.read(name(layer, "self_attn.k_norm.weight"), config.headSize());
        int heads = config.heads() + config.keyValueHeads();
        float[] all = new float[heads * config.headSize()];
        for (int i = 0; i < all.length; i++) {
            int member = pairedRow(i % config.headSize());
            boolean query = i < config.heads() * config.headSize();
            all[i] = query ? (float) (q[member] / Math.sqrt(config.headSize())) : k[member];
        }
        return new Tensor(
                ElementType.FLOAT32, new long[] {heads, config.headSize()}, out -> Tensor.write(out, all, all.length));
    }

    /** A norm's weight, times the square root of the width: the program divides a row by its length, not by its mean. */
    private float[] norm(String name) {
        float[] weight = weights.read(name + ".weight", config.hiddenSize());
        for (int i = 0; i < weight.length; i++) {
            weight[i] = (float) (weight[i] * Math.sqrt(weight.length));
        }
        return weight;
    }

    private static String name(int layer, String part) {
        return "model.layers." + layer + "." + part;
    }

    private int keyValueWidth() {
        return config.keyValueHeads() * config.headSize();
    }

    // ---- tensors

    /** Cosine and sine, side by side, of every pair's angle at every position. */
    private Tensor rotary() {
        int pairs = config.headSize() / 2;
        return new Tensor(ElementType.FLOAT32, new long[] {capacity, pairs, 2}, out -> {
            float[] row = new float[2 * pairs];
            for (int position = 0; position < capacity; position++) {
                for (int i = 0; i < pairs; i++) {
                    double angle = position * config.inverseFrequencies()[i];
                    row[2 * i] = (float) Math.cos(angle);
                    row[2 * i + 1] = (float) Math.sin(angle);
                }
                Tensor.write(out, row, row.length);
            }
        });
    }

    private Tensor weight(Matrix matrix) {
        return precision == Precision.INT8 ? int8(matrix) : float32(matrix);
    }

    static Tensor float32(Matrix matrix) {
        return new Tensor(ElementType.FLOAT32, new long[] {matrix.rows(), matrix.columns()}, out -> {
            float[] row = new float[matrix.columns()];
            for (int i = 0; i < matrix.rows(); i++) {
                matrix.row(i, row);
                Tensor.write(out, row, row.length);
            }
        });
    }

    /** Rounded to [-127, 127], the largest of each row at the end of the range. */
    private Tensor int8(Matrix matrix) {
        return new Tensor(ElementType.INT8, new long[] {matrix.rows(), matrix.columns()}, out -> {
            float[] row = new float[matrix.columns()];
            byte[] rounded = new byte[matrix.columns()];
            for (int i = 0; i < matrix.rows(); i++) {
                matrix.row(i, row);
                float largest = largest(row);
                for (int j = 0; j < rounded.length; j++) {
                    rounded[j] = (byte) Math.rint(largest == 0 ? 0 : row[j] * (127.0 / largest));
                }
                out.write(rounded);
            }
        });
    }

    /** What a step of a row's rounded weights is worth. */
    private Tensor scale(Matrix matrix) {
        return new Tensor(ElementType.FLOAT32, new long[] {matrix.rows()}, out -> {
            float[] row = new float[matrix.columns()];
            float[] scales = new float[matrix.rows()];
            for (int i = 0; i < scales.length; i++) {
                matrix.row(i, row);
                scales[i] = (float) (largest(row) / 127.0);
            }
            Tensor.write(out, scales, scales.length);
        });
    }

    private static float largest(float[] row) {
        float largest = 0;
        for (float value : row) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    static Tensor floats(float[] values) {
        return new Tensor(
                ElementType.FLOAT32, new long[] {values.length}, out -> Tensor.write(out, values, values.length));
    }
}
