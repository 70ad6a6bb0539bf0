package io.triptych.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.checkpoint.ConfigFields;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.IntSummaryStatistics;
import java.util.Optional;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The tokenizer of a checkpoint, {@code tokenizer.json}, by Hugging Face's own library. It never truncates. Special
 * tokens have no text: decoding leaves them out. Safe for use by several threads; closing frees its native memory.
 */
public final class Tokenizer implements AutoCloseable {
    private final HuggingFaceTokenizer tokenizer;
    private final Optional<byte[][]> bytes;
    private final int size;

    private Tokenizer(HuggingFaceTokenizer tokenizer, Optional<byte[][]> bytes, int size) {
        this.tokenizer = tokenizer;
        this.bytes = bytes;
        this.size = size;
    }

    /**
     * Loads the tokenizer of a checkpoint.
     *
     * @throws CheckpointException if it is missing or cannot be read
     */
    public static Tokenizer of(CheckpointDirectory checkpoint) {
        Path file = checkpoint.tokenizer();
        try {
            JsonNode json = JsonMapper.shared().readTree(file);
            int size = size(json);
            Optional<byte[][]> bytes = ByteLevelDecoder.decodes(json)
                    ? Optional.of(ByteLevelDecoder.bytesOfTokens(json, size))
                    : Optional.empty();
            HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.builder()
                    .optTokenizerPath(file)
                    .optTruncation(false)
                    .optPadding(false)
                    .build();
            return new Tokenizer(tokenizer, bytes, size);
        } catch (IOException | RuntimeException e) {
            throw new CheckpointException(file, "is no tokenizer that can be read: " + e.getMessage(), e);
        }
    }

    /** One more than the largest token: what a model's vocabulary must hold at least. */
    public int size() {
        return size;
    }

    /**
     * Encodes text of any length.
     *
     * @param addSpecialTokens whether to add what the tokenizer puts around a text, such as a first token; not after a
     *     chat template, which writes them itself
     */
    public int[] encode(String text, boolean addSpecialTokens) {
        return Arrays.stream(tokenizer.encode(text, addSpecialTokens, false).getIds())
                .mapToInt(Math::toIntExact)
                .toArray();
    }

    /** Decodes tokens, special ones left out. Bytes that are no UTF-8 become U+FFFD. */
    public String decode(int... tokens) {
        return tokenizer.decode(Arrays.stream(tokens).asLongStream().toArray(), true);
    }

    /** The bytes that a token stands for, parts of characters included; of a special token none. */
    public byte[] bytes(int token) {
        return bytes.map(table -> token < table.length ? table[token].clone() : new byte[0])
                .orElseGet(() -> decode(token).getBytes(StandardCharsets.UTF_8));
    }

    /** A decoder for one stream of tokens. */
    public IncrementalDecoder incrementalDecoder() {
        return bytes.<IncrementalDecoder>map(ByteLevelDecoder::new).orElseGet(() -> new WindowedDecoder(this));
    }

    @Override
    public void close() {
        tokenizer.close();
    }

    private static int size(JsonNode json) {
        JsonNode vocabulary = json.path("model").path("vocab");
        IntStream tokens = vocabulary.isArray()
                ? IntStream.range(0, vocabulary.size())
                : vocabulary.valueStream().mapToInt(JsonNode::intValue);
        IntStream added = json.path("added_tokens").valueStream().mapToInt(token -> token.path("id")
                .intValue());
        IntSummaryStatistics all = IntStream.concat(tokens, added).summaryStatistics();
        if (all.getMin() < 0 || all.getMax() >= ConfigFields.LARGEST_SIZE) {
            throw new IllegalArgumentException("Its tokens do not lie within 0 to " + ConfigFields.LARGEST_SIZE);
        }
        return all.getMax() + 1;
    }
}
