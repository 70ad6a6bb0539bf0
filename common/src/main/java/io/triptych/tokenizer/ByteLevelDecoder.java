package io.triptych.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Decodes byte-level tokens: each stands for fixed bytes, whatever stands before it. */
final class ByteLevelDecoder implements IncrementalDecoder {
    private static final int[] BYTE_OF_CHARACTER = byteOfCharacter();

    private final byte[][] bytesOfToken;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    /** The beginning of a character that is not complete yet. */
    private byte[] pending = {};

    ByteLevelDecoder(byte[][] bytesOfToken) {
        this.bytesOfToken = bytesOfToken;
    }

    @Override
    public String accept(int token) {
        return decode(token < bytesOfToken.length ? bytesOfToken[token] : new byte[0], false);
    }

    @Override
    public String flush() {
        String rest = decode(new byte[0], true);
        utf8.reset();
        return rest;
    }

    private String decode(byte[] bytes, boolean end) {
        ByteBuffer input = ByteBuffer.allocate(pending.length + bytes.length);
        input.put(pending).put(bytes).flip();
        // A byte makes a character at most; a replaced byte too.
        CharBuffer output = CharBuffer.allocate(input.remaining());
        utf8.decode(input, output, end);
        pending = new byte[input.remaining()];
        input.get(pending);
        return output.flip().toString();
    }

    /** Whether the tokens of a {@code tokenizer.json} stand for bytes. */
    static boolean decodes(JsonNode tokenizer) {
        return tokenizer.path("decoder").path("type").asString("").equals("ByteLevel");
    }

    /** The bytes of each token of a {@code tokenizer.json}; none for special tokens and for ids without a token. */
    static byte[][] bytesOfTokens(JsonNode tokenizer, int size) {
        byte[][] bytes = new byte[size][];
        Arrays.fill(bytes, new byte[0]);
        for (Map.Entry<String, JsonNode> token :
                tokenizer.path("model").path("vocab").properties()) {
            bytes[token.getValue().intValue()] = bytes(token.getKey());
        }
        for (JsonNode token : tokenizer.path("added_tokens")) {
            boolean special = token.path("special").asBoolean(false);
            bytes[token.path("id").intValue()] =
                    special ? new byte[0] : bytes(token.path("content").stringValue());
        }
        return bytes;
    }

    /** A token is written with a printable character for each byte; one that is not so written stands for itself. */
    private static byte[] bytes(String token) {
        byte[] bytes = new byte[token.length()];
        for (int i = 0; i < bytes.length; i++) {
            char character = token.charAt(i);
            int value = character < BYTE_OF_CHARACTER.length ? BYTE_OF_CHARACTER[character] : -1;
            if (value < 0) {
                return token.getBytes(StandardCharsets.UTF_8);
            }
            bytes[i] = (byte) value;
        }
        return bytes;
    }

    /**
     * The alphabet of byte-level BPE (Radford et al., GPT-2, 2019): a printable byte of Latin-1 is its own character,
     * the others are, in order, the characters from U+0100 on.
     */
    private static int[] byteOfCharacter() {
        int[] bytes = new int[512];
        Arrays.fill(bytes, -1);
        int next = 256;
        for (int value = 0; value < 256; value++) {
            boolean printable = (value >= '!' && value <= '~') || (value >= 0xa1 && value != 0xad);
            bytes[printable ? value : next++] = value;
        }
        return bytes;
    }
}
