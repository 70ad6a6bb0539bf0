package io.triptych.decoder;

import java.util.Arrays;

/** The Llama family as its papers put it, in double precision, one sequence at a time and nothing cached. */
final class ReferenceDecoder {
    private final LlamaConfig config;
    private final LlamaWeights weights;

    ReferenceDecoder(LlamaConfig config, LlamaWeights weights) {
        this.config = config;
        this.weights = weights;
    }

    /** The logits after the last of some tokens. */
    double[] logits(int... tokens) {
        int hidden = config.hiddenSize();
        double[][] x = new double[tokens.length][];
        double[][] embedding = matrix("model.embed_tokens.weight", config.vocabularySize(), hidden);
        for (int t = 0; t < tokens.length; t++) {
            x[t] = embedding[tokens[t]].clone();
        }
        for (int layer = 0; layer < config.layers(); layer++) {
            String prefix = "model.layers." + layer + ".";
            double[][] normed = normed(x, prefix + "input_layernorm.weight");
            addTo(x, attention(normed, prefix + "self_attn."));
            normed = normed(x, prefix + "post_attention_layernorm.weight");
            addTo(x, feedForward(normed, prefix + "mlp."));
        }
        double[][] last = normed(new double[][] {x[tokens.length - 1]}, "model.norm.weight");
        String head = config.tiedEmbeddings() ? "model.embed_tokens.weight" : "lm_head.weight";
        return times(last[0], matrix(head, config.vocabularySize(), hidden));
    }

    private double[][] attention(double[][] x, String prefix) {
        int size = config.headSize();
        double[][] q = project(x, prefix + "q_proj", config.heads() * size);
        double[][] k = project(x, prefix + "k_proj", config.keyValueHeads() * size);
        double[][] v = project(x, prefix + "v_proj", config.keyValueHeads() * size);
        double[][] out = new double[x.length][config.heads() * size];
        for (int head = 0; head < config.heads(); head++) {
            int shared = head / (config.heads() / config.keyValueHeads());
            for (int t = 0; t < x.length; t++) {
                double[] query = turned(q[t], head, t, prefix + "q_norm.weight");
                double[] weight = new double[t + 1];
                for (int u = 0; u <= t; u++) {
                    weight[u] = dot(query, turned(k[u], shared, u, prefix + "k_norm.weight")) / Math.sqrt(size);
                }
                double largest = Arrays.stream(weight).max().orElseThrow();
                double sum = 0;
                for (int u = 0; u <= t; u++) {
                    weight[u] = Math.exp(weight[u] - largest);
                    sum += weight[u];
                }
                for (int u = 0; u <= t; u++) {
                    for (int i = 0; i < size; i++) {
                        out[t][head * size + i] += weight[u] / sum * v[u][shared * size + i];
                    }
                }
            }
        }
        return timesAll(out, matrix(prefix + "o_proj.weight", config.hiddenSize(), config.heads() * size));
    }

    /** One head of a query or key, normalised if the family does so, turned to its position. */
    private double[] turned(double[] all, int head, int position, String norm) {
        int size = config.headSize();
        double[] x = Arrays.copyOfRange(all, head * size, (head + 1) * size);
        if (config.queryKeyNorm()) {
            x = normed(new double[][] {x}, norm)[0];
        }
        double[] turned = new double[size];
        for (int i = 0; i < size / 2; i++) {
            double angle = position * config.inverseFrequencies()[i];
            double cos = Math.cos(angle);
            double sin = Math.sin(angle);
            turned[i] = x[i] * cos - x[i + size / 2] * sin;
            turned[i + size / 2] = x[i + size / 2] * cos + x[i] * sin;
        }
        return turned;
    }

    private double[][] feedForward(double[][] x, String prefix) {
        double[][] gate =
                timesAll(x, matrix(prefix + "gate_proj.weight", config.feedForwardSize(), config.hiddenSize()));
        double[][] up = timesAll(x, matrix(prefix + "up_proj.weight", config.feedForwardSize(), config.hiddenSize()));
        for (int t = 0; t < x.length; t++) {
            for (int i = 0; i < config.feedForwardSize(); i++) {
                gate[t][i] = gate[t][i] / (1 + Math.exp(-gate[t][i])) * up[t][i];
            }
        }
        return timesAll(gate, matrix(prefix + "down_proj.weight", config.hiddenSize(), config.feedForwardSize()));
    }

    private double[][] project(double[][] x, String name, int width) {
        double[][] y = timesAll(x, matrix(name + ".weight", width, config.hiddenSize()));
        if (config.queryKeyValueBias()) {
            double[] bias = vector(name + ".bias", width);
            for (double[] row : y) {
                for (int i = 0; i < width; i++) {
                    row[i] += bias[i];
                }
            }
        }
        return y;
    }

    private double[][] normed(double[][] x, String name) {
        double[] weight = vector(name, x[0].length);
        double[][] y = new double[x.length][weight.length];
        for (int t = 0; t < x.length; t++) {
            double scale = 1 / Math.sqrt(dot(x[t], x[t]) / weight.length + config.normEpsilon());
            for (int i = 0; i < weight.length; i++) {
                y[t][i] = x[t][i] * scale * weight[i];
            }
        }
        return y;
    }

    private static void addTo(double[][] x, double[][] y) {
        for (int t = 0; t < x.length; t++) {
            for (int i = 0; i < x[t].length; i++) {
                x[t][i] += y[t][i];
            }
        }
    }

    private static double[][] timesAll(double[][] x, double[][] w) {
        return Arrays.stream(x).map(row -> times(row, w)).toArray(double[][]::new);
    }

    private static double[] times(double[] x, double[][] w) {
        return Arrays.stream(w).mapToDouble(row -> dot(x, row)).toArray();
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private double[] vector(String name, int size) {
        float[] values = new float[size];
        weights.tensor(name, size).read(0, values, 0, size);
        double[] wide = new double[size];
        for (int i = 0; i < size; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    private double[][] matrix(String name, int rows, int columns) {
        LlamaWeights.Tensor tensor = weights.tensor(name, rows, columns);
        double[][] matrix = new double[rows][columns];
        float[] row = new float[columns];
        for (int i = 0; i < rows; i++) {
            tensor.read((long) i * columns, row, 0, columns);
            for (int j = 0; j < columns; j++) {
                matrix[i][j] = row[j];
            }
        }
        return matrix;
    }
}
