package io.triptych.bench;

import io.triptych.decoder.LlamaConfig;
import io.triptych.decoder.LlamaWeights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Exports a checkpoint of the Llama family for llama.cpp, so that both sides run the same weights. Tensor names and
 * the order of rotary rows are those of llama.cpp's architecture {@code llama}.
 *
 * <p>The file's vocabulary is not the checkpoint's: token {@code i} is the single character {@link #character}, so that
 * any prompt of token numbers can be given as a string, and any output read back, without a tokenizer on either side.
 */
final class LlamaGguf {
    private static final int FIRST_CHARACTER = 0x4E00;

    private LlamaGguf() {}

    /** The character that stands for a token: one of those from the first ideograph to the last before surrogates. */
    static char character(int token) {
        return (char) (FIRST_CHARACTER + token);
    }

    /** The string that stands for a sequence of tokens. */
    static String text(int[] tokens) {
        StringBuilder text = new StringBuilder();
        for (int token : tokens) {
            text.append(character(token));
        }
        return text.toString();
    }

    /** The tokens that a string stands for. */
    static int[] tokens(String text) {
        return text.chars().map(c -> c - FIRST_CHARACTER).toArray();
    }

    /**
     * Writes the file.
     *
     * @param encoding of the matrices; norms are 32-bit floats
     */
    static void write(LlamaConfig config, LlamaWeights weights, GgufWriter.Encoding encoding, Path file)
            throws IOException {
        GgufWriter gguf = new GgufWriter();
        putShape(gguf, config);
        putVocabulary(gguf, config);
        int width = config.hiddenSize();
        int inner = config.feedForwardSize();
        int vocabulary = config.vocabularySize();
        int queryRows = config.heads() * config.headSize();
        int keyRows = config.keyValueHeads() * config.headSize();

        Exporter to = new Exporter(gguf, weights, encoding);
        to.matrix("token_embd.weight", vocabulary, width, "model.embed_tokens.weight");
        for (int layer = 0; layer < config.layers(); layer++) {
            String blk = "blk." + layer + ".";
            String from = "model.layers." + layer + ".";
            to.vector(blk + "attn_norm.weight", width, from + "input_layernorm.weight");
            to.rotated(blk + "attn_q.weight", queryRows, width, from + "self_attn.q_proj.weight", config.headSize());
            to.rotated(blk + "attn_k.weight", keyRows, width, from + "self_attn.k_proj.weight", config.headSize());
            to.matrix(blk + "attn_v.weight", keyRows, width, from + "self_attn.v_proj.weight");
            to.matrix(blk + "attn_output.weight", width, queryRows, from + "self_attn.o_proj.weight");
            to.vector(blk + "ffn_norm.weight", width, from + "post_attention_layernorm.weight");
            to.matrix(blk + "ffn_gate.weight", inner, width, from + "mlp.gate_proj.weight");
            to.matrix(blk + "ffn_up.weight", inner, width, from + "mlp.up_proj.weight");
            to.matrix(blk + "ffn_down.weight", width, inner, from + "mlp.down_proj.weight");
        }
        to.vector("output_norm.weight", width, "model.norm.weight");
        if (!config.tiedEmbeddings()) {
            to.matrix("output.weight", vocabulary, width, "lm_head.weight");
        }
        gguf.write(file);
    }

    private static void putShape(GgufWriter gguf, LlamaConfig config) {
        gguf.putString("general.architecture", "llama");
        gguf.putInt("llama.vocab_size", config.vocabularySize());
        gguf.putInt("llama.context_length", config.maximumPositions());
        gguf.putInt("llama.embedding_length", config.hiddenSize());
        gguf.putInt("llama.block_count", config.layers());
        gguf.putInt("llama.feed_forward_length", config.feedForwardSize());
        gguf.putInt("llama.attention.head_count", config.heads());
        gguf.putInt("llama.attention.head_count_kv", config.keyValueHeads());
        gguf.putInt("llama.attention.key_length", config.headSize());
        gguf.putInt("llama.attention.value_length", config.headSize());
        gguf.putFloat("llama.attention.layer_norm_rms_epsilon", config.normEpsilon());
        gguf.putInt("llama.rope.dimension_count", config.headSize());
        // Pair i turns by base^(-2i / headSize) per position: the second pair's frequency tells the base.
        gguf.putFloat("llama.rope.freq_base", Math.pow(config.inverseFrequencies()[1], -config.headSize() / 2.0));
    }

    private static void putVocabulary(GgufWriter gguf, LlamaConfig config) {
        if (config.vocabularySize() > Character.MIN_SURROGATE - FIRST_CHARACTER) {
            throw new IllegalArgumentException(config.vocabularySize() + " tokens are more than there are characters");
        }
        List<String> names = new ArrayList<>();
        for (int token = 0; token < config.vocabularySize(); token++) {
            names.add(String.valueOf(character(token)));
        }
        int[] normal = new int[names.size()];
        Arrays.fill(normal, 1);
        gguf.putString("tokenizer.ggml.model", "llama");
        gguf.putStrings("tokenizer.ggml.tokens", names);
        gguf.putFloats("tokenizer.ggml.scores", new float[names.size()]);
        gguf.putInts("tokenizer.ggml.token_type", normal);
        gguf.putBoolean("tokenizer.ggml.add_bos_token", false);
        gguf.putBoolean("tokenizer.ggml.add_eos_token", false);
        gguf.putBoolean("tokenizer.ggml.add_space_prefix", false);
    }

    /** Adds tensors of a checkpoint to a file under new names. */
    private record Exporter(GgufWriter gguf, LlamaWeights weights, GgufWriter.Encoding encoding) {
        void matrix(String name, int rows, int columns, String source) {
            gguf.tensor(name, encoding, new long[] {rows, columns}, () -> read(source, rows, columns));
        }

        void rotated(String name, int rows, int columns, String source, int headSize) {
            gguf.tensor(
                    name,
                    encoding,
                    new long[] {rows, columns},
                    () -> interleaved(read(source, rows, columns), rows, columns, headSize));
        }

        void vector(String name, int size, String source) {
            gguf.tensor(name, GgufWriter.Encoding.F32, new long[] {size}, () -> read(source, size));
        }

        private float[] read(String name, long... shape) {
            float[] values = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact))];
            weights.tensor(name, shape).read(0, values, 0, values.length);
            return values;
        }
    }

    /**
     * Hugging Face rotates row j of a head with row j + headSize / 2, llama.cpp rotates neighbours: rows (half, pair)
     * of a head become rows (pair, half).
     */
    static float[] interleaved(float[] matrix, int rows, int columns, int headSize) {
        float[] result = new float[matrix.length];
        for (int row = 0; row < rows; row++) {
            int inHead = row % headSize;
            int half = inHead / (headSize / 2);
            int pair = inHead % (headSize / 2);
            int to = row - inHead + pair * 2 + half;
            System.arraycopy(matrix, row * columns, result, to * columns, columns);
        }
        return result;
    }
}
