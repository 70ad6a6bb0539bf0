package io.triptych.tokenizer;

import io.triptych.checkpoint.CheckpointDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Checkpoints without weights, with a tokenizer small enough to see through. */
public final class TestCheckpoints {
    private static final JsonMapper JSON = JsonMapper.shared();

    private TestCheckpoints() {}

    /** Writes what every checkpoint has, and opens it. */
    public static CheckpointDirectory open(Path directory) {
        write(directory, "config.json", "{\"model_type\":\"llama\"}");
        byte[] header = "{}".getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + header.length).order(ByteOrder.LITTLE_ENDIAN);
        try {
            Files.write(
                    directory.resolve("model.safetensors"),
                    file.putLong(header.length).put(header).array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return CheckpointDirectory.open(directory);
    }

    public static void write(Path directory, String name, String text) {
        try {
            Files.writeString(directory.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A byte-level tokenizer whose token b is the byte b; token 256 is {@code ab}, 257 the special {@code <s>}, which
     * begins every text, 258 the added, not special {@code <tool→>}; 259 is not there, 260 is the added {@code <x>}.
     */
    public static ObjectNode byteLevelTokenizer() {
        ObjectNode tokenizer = tokenizer(
                "{\"type\":\"ByteLevel\",\"add_prefix_space\":true,\"trim_offsets\":true,\"use_regex\":true}");
        tokenizer.set(
                "pre_tokenizer",
                JSON.readTree("{\"type\":\"ByteLevel\",\"add_prefix_space\":false,"
                        + "\"trim_offsets\":true,\"use_regex\":false}"));
        tokenizer.set("post_processor", JSON.readTree("""
                {"type": "TemplateProcessing",
                 "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                 "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
                 "special_tokens": {"<s>": {"id": "<s>", "ids": [257], "tokens": ["<s>"]}}}
                """));
        ObjectNode model = (ObjectNode) tokenizer.get("model");
        ObjectNode vocabulary = model.putObject("vocab");
        int shifted = 256;
        for (int value = 0; value < 256; value++) {
            boolean shown = (value > 32 && value < 127) || (value > 160 && value != 173);
            vocabulary.put(Character.toString(shown ? value : shifted++), value);
        }
        vocabulary.put("ab", 256);
        model.putArray("merges").add("a b");
        added(tokenizer, 257, "<s>", true);
        added(tokenizer, 258, "<tool→>", false);
        added(tokenizer, 260, "<x>", false);
        return tokenizer;
    }

    /**
     * A tokenizer in the manner of SentencePiece: token b is the byte b as a fallback, 256 {@code <unk>}, 257 a space,
     * from 258 the lower-case letters, then {@code ▁a} to {@code ▁z}.
     */
    static ObjectNode sentencePieceTokenizer() {
        ObjectNode tokenizer = tokenizer("""
                {"type": "Sequence", "decoders": [
                  {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"},
                  {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
                """);
        tokenizer.set("normalizer", JSON.readTree("""
                {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"},
                  {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}
                """));
        ObjectNode model = (ObjectNode) tokenizer.get("model");
        model.put("byte_fallback", true).put("unk_token", "<unk>").put("fuse_unk", true);
        ObjectNode vocabulary = model.putObject("vocab");
        for (int value = 0; value < 256; value++) {
            vocabulary.put("<0x%02X>".formatted(value), value);
        }
        vocabulary.put("<unk>", 256).put("▁", 257);
        for (char letter = 'a'; letter <= 'z'; letter++) {
            vocabulary.put(String.valueOf(letter), 258 + letter - 'a').put("▁" + letter, 284 + letter - 'a');
            model.withArray("merges").add("▁ " + letter);
        }
        return tokenizer;
    }

    private static ObjectNode tokenizer(String decoder) {
        ObjectNode tokenizer = JSON.createObjectNode().put("version", "1.0");
        tokenizer.putNull("truncation").putNull("padding").putNull("normalizer");
        tokenizer.putArray("added_tokens");
        tokenizer.putNull("pre_tokenizer").putNull("post_processor");
        tokenizer.set("decoder", JSON.readTree(decoder));
        tokenizer.putObject("model").put("type", "BPE");
        return tokenizer;
    }

    static void added(ObjectNode tokenizer, int id, String content, boolean special) {
        ObjectNode token = tokenizer.withArray("added_tokens").addObject();
        token.put("id", id).put("content", content).put("special", special);
        token.put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false);
    }
}
