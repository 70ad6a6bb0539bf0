package io.triptych.tokenizer;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.checkpoint.ConfigFields;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * A {@code tokenizer.json} that was checked before Hugging Face's library sees it. That library is native code which,
 * where it meets what it did not reckon with, ends the process and not the call. So a file may hold only the parts that
 * the supported families are made of, with values which the library is known to survive.
 */
final class TokenizerFile {
    /** What a sequence of parts is called, by the role of its parts. */
    private static final Map<String, String> SEQUENCES = Map.of(
            "normalizer", "normalizers",
            "pre_tokenizer", "pretokenizers",
            "post_processor", "processors",
            "decoder", "decoders");

    private static final Map<String, Set<String>> KNOWN = Map.of(
            "normalizer",
            Set.of(
                    "Sequence",
                    "NFC",
                    "NFD",
                    "NFKC",
                    "NFKD",
                    "Lowercase",
                    "StripAccents",
                    "Strip",
                    "Prepend",
                    "Replace"),
            "pre_tokenizer",
            Set.of(
                    "Sequence",
                    "ByteLevel",
                    "Split",
                    "Digits",
                    "Metaspace",
                    "Punctuation",
                    "Whitespace",
                    "WhitespaceSplit"),
            "post_processor",
            Set.of("Sequence", "ByteLevel", "TemplateProcessing"),
            "decoder",
            Set.of("Sequence", "ByteLevel", "ByteFallback", "Fuse", "Metaspace", "Replace", "Strip"),
            "model",
            Set.of("BPE", "Unigram", "WordLevel", "WordPiece"));

    /** How many times as long all replacements of a role together may make a text. */
    private static final long LARGEST_GROWTH = 256;

    private static final int LONGEST_REGEX = 1000;
    private static final String ESCAPE = "\\\\(?:[pP]\\{\\^?\\w++\\}|[^pPgk1-9])";
    private static final String ATOM =
            "(?:" + ESCAPE + "|\\[(?:" + ESCAPE + "|[^\\[\\]\\\\])++\\]|[^\\[\\]\\\\(){}*+?|])";
    private static final String GROUP = "\\((?:\\?(?:i?:|<?[=!]))?(?:" + ATOM + "\\??|\\|)*+\\)";
    private static final String ONCE =
            "(?:(?:" + ATOM + "(?![*+])(?:\\?|\\{\\d(?:,\\d)?\\})?|" + GROUP + "\\??)(?![*+{]))";
    private static final String ALTERNATIVE = ONCE + "*+(?:" + ATOM + "[*+]" + ONCE + "*+){0,2}+";

    /**
     * What all published tokenizers of the families keep to: no repeated group, no reference to one, at most two
     * repetitions in an alternative. Beyond that a text can make the library search for longer than it allows itself.
     */
    private static final Pattern TAME_REGEX = Pattern.compile(ALTERNATIVE + "(?:\\|" + ALTERNATIVE + ")*+");

    private final Path path;
    private final JsonNode json;
    private final int size;
    private long growth = 1;

    private TokenizerFile(Path path, JsonNode json) {
        this.path = path;
        this.json = json;
        check();
        this.size = size(json);
    }

    /**
     * Reads and checks the file of a checkpoint.
     *
     * @throws CheckpointException if it is missing, malformed, or holds what is not supported
     */
    static TokenizerFile of(CheckpointDirectory checkpoint) {
        return new TokenizerFile(checkpoint.tokenizer(), checkpoint.tokenizerJson());
    }

    Path path() {
        return path;
    }

    /** One more than the largest token. */
    int size() {
        return size;
    }

    /** The bytes of each token, if tokens stand for bytes. */
    Optional<byte[][]> bytesOfTokens() {
        return ByteLevelDecoder.decodes(json)
                ? Optional.of(ByteLevelDecoder.bytesOfTokens(json, size))
                : Optional.empty();
    }

    private void check() {
        JsonNode model = json.path("model");
        check("model", model);
        if (!model.path("continuing_subword_prefix").asString("").isEmpty()
                && type(model).equals("BPE")) {
            throw wrong("model", "has a continuing_subword_prefix, which is not supported");
        }
        for (String role : SEQUENCES.keySet()) {
            growth = 1;
            if (json.hasNonNull(role)) {
                check(role, json.get(role));
            }
        }
    }

    private void check(String role, JsonNode part) {
        String type = type(part);
        if (!KNOWN.get(role).contains(type)) {
            throw wrong(role, "is of the type '" + type + "', which is not supported");
        }
        switch (type) {
            case "Sequence" -> part.path(SEQUENCES.get(role)).forEach(inner -> check(role, inner));
            case "Replace" -> {
                checkPattern(role, part.path("pattern"));
                growth *= 1 + part.path("content").asString("").length();
                if (growth > LARGEST_GROWTH) {
                    throw wrong(role, "makes texts too long by what it replaces");
                }
            }
            case "Split" -> checkPattern(role, part.path("pattern"));
            case "Strip" -> {
                // Of a token that became empty, the library's decoder would strip the character before its first.
                if (role.equals("decoder") && part.path("stop").asInt(1) != 0) {
                    throw wrong(role, "strips the end of tokens, which is not supported");
                }
            }
            case "TemplateProcessing" -> checkTemplate(role, part);
            case "WordLevel", "WordPiece" -> {
                if (!part.path("vocab").has(part.path("unk_token").asString(""))) {
                    throw wrong(role, "has no unk_token in its vocabulary, so it could not read every text");
                }
            }
            case "BPE" -> {
                if (part.hasNonNull("unk_token")
                        && !part.path("vocab").has(part.path("unk_token").asString(""))) {
                    throw wrong(
                            role, "has an unk_token that is not in its vocabulary, so it could not read every text");
                }
            }
            case "Unigram" -> {
                if (!part.hasNonNull("unk_id")) {
                    throw wrong(role, "has no unk_id, so it could not read every text");
                }
            }
            default -> {
                // Nothing in it could do harm.
            }
        }
    }

    private void checkPattern(String role, JsonNode pattern) {
        String regex = pattern.path("Regex").asString("");
        boolean tame =
                regex.length() <= LONGEST_REGEX && TAME_REGEX.matcher(regex).matches();
        if (!pattern.has("String") && (regex.isEmpty() || !tame)) {
            throw wrong(role, "has the regular expression '" + regex + "', which is not supported");
        }
    }

    /** The library takes for granted that a template's tokens are defined, one name for each. */
    private void checkTemplate(String role, JsonNode template) {
        JsonNode specialTokens = template.path("special_tokens");
        for (JsonNode piece : template.path("single")) {
            if (piece.has("Sequence")
                    && !piece.path("Sequence").path("id").asString("").equals("A")) {
                throw wrong(role, "has a template for one text with a second one in it");
            }
            String token = piece.path("SpecialToken").path("id").asString("");
            if (piece.has("SpecialToken") && !specialTokens.has(token)) {
                throw wrong(role, "has a template with the special token '" + token + "', which it does not define");
            }
        }
        for (JsonNode token : specialTokens) {
            if (token.path("ids").size() != token.path("tokens").size()) {
                throw wrong(role, "has a special token with another number of names than of tokens");
            }
            for (JsonNode id : token.path("ids")) {
                token(id);
            }
        }
    }

    private static String type(JsonNode part) {
        return part.path("type").asString("");
    }

    private int size(JsonNode json) {
        JsonNode vocabulary = json.path("model").path("vocab");
        Stream<Integer> tokens = vocabulary.isArray()
                ? Stream.of(vocabulary.size() - 1)
                : vocabulary.valueStream().map(this::token);
        Stream<Integer> added = json.path("added_tokens").valueStream().map(token -> token(token.path("id")));
        int largest = Stream.concat(tokens, added).max(Integer::compare).orElse(-1);
        if (largest < 0) {
            throw wrong("model", "has no vocabulary");
        }
        return largest + 1;
    }

    private int token(JsonNode id) {
        if (!id.isIntegralNumber()
                || !id.canConvertToInt()
                || id.intValue() < 0
                || id.intValue() >= ConfigFields.LARGEST_SIZE) {
            throw new CheckpointException(
                    path, "has the token " + id + ", not one from 0 to " + (ConfigFields.LARGEST_SIZE - 1));
        }
        return id.intValue();
    }

    private CheckpointException wrong(String role, String problem) {
        return new CheckpointException(path, "'" + role + "' " + problem);
    }
}
