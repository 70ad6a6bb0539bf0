package io.triptych.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

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
        TokenizerFile file = TokenizerFile.of(checkpoint);
        try {
            HuggingFaceTokenizer library = HuggingFaceTokenizer.builder()
                    .optTokenizerPath(file.path())
                    .optTruncation(false)
                    .optPadding(false)
                    .build();
            try {
                Tokenizer tokenizer = new Tokenizer(library, file.bytesOfTokens(), file.size());
                // What is put around every text is seen on an empty one.
                tokenizer.encode("", true);
                return tokenizer;
            } catch (RuntimeException e) {
                library.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            throw new CheckpointException(file.path(), "is no tokenizer that can be read: " + e.getMessage(), e);
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
                .mapToInt(this::known)
                .toArray();
    }

    /** Decodes tokens, special ones left out. Bytes that are no UTF-8 become U+FFFD. */
    public String decode(int... tokens) {
        return tokenizer.decode(Arrays.stream(tokens).asLongStream().toArray(), true);
    }

    /**
     * The bytes that a token stands for; of a special token none. Parts of characters are told by byte-level tokenizers
     * only, of others these are the bytes of what {@link #decode} makes of the token.
     */
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

    private int known(long token) {
        if (token < 0 || token >= size) {
            throw new IllegalStateException("The tokenizer gave the token " + token + ", but it has only " + size);
        }
        return (int) token;
    }
}
