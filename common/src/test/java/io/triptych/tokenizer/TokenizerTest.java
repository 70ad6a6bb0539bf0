package io.triptych.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class TokenizerTest {
    private static final String TEXT = "int n = 1; // naïve 日本 😀👩‍👩‍👧‍👦 \u0000\t\r\n « \u00ad » \uffff";

    @TempDir
    Path directory;

    @Test
    void encodesWithAndWithoutSpecialTokens() {
        try (Tokenizer tokenizer = byteLevel()) {
            assertThat(tokenizer.encode("cab", false)).containsExactly('c', 256);
            assertThat(tokenizer.encode("cab", true)).containsExactly(257, 'c', 256);
            assertThat(tokenizer.encode("", false)).isEmpty();
            assertThat(tokenizer.encode("a<s><tool→>", false)).containsExactly('a', 257, 258);
            assertThat(tokenizer.size()).isEqualTo(261);
        }
    }

    @Test
    void neverTruncatesNorPads() {
        ObjectNode json = TestCheckpoints.byteLevelTokenizer();
        json.putObject("truncation")
                .put("direction", "Right")
                .put("max_length", 3)
                .put("strategy", "LongestFirst")
                .put("stride", 0);
        json.putObject("padding")
                .put("direction", "Right")
                .putNull("pad_to_multiple_of")
                .put("pad_id", 0)
                .put("pad_type_id", 0)
                .put("pad_token", "<s>")
                .putObject("strategy")
                .put("Fixed", 6000);
        String text = "x".repeat(5000);
        try (Tokenizer tokenizer = load(json)) {
            assertThat(tokenizer.encode(text, true)).hasSize(5001);
            assertThat(tokenizer.decode(tokenizer.encode(text, true))).isEqualTo(text);
        }
    }

    @Test
    void decodesWhatItEncodedAndLeavesSpecialTokensOut() {
        try (Tokenizer tokenizer = byteLevel()) {
            assertThat(tokenizer.decode(tokenizer.encode(TEXT, true))).isEqualTo(TEXT);
            assertThat(tokenizer.decode('a', 257, 258, 259, 260)).isEqualTo("a<tool→><x>");
            assertThat(tokenizer.decode()).isEmpty();
        }
    }

    @Test
    void survivesHalfASurrogatePair() {
        try (Tokenizer tokenizer = byteLevel()) {
            String decoded = tokenizer.decode(tokenizer.encode("a\ud83dz", false));
            assertThat(decoded).startsWith("a").endsWith("z");
        }
    }

    @Test
    void knowsTheBytesOfTokens() {
        try (Tokenizer tokenizer = byteLevel()) {
            for (int token = 0; token < 256; token++) {
                assertThat(tokenizer.bytes(token)).containsExactly(token);
            }
            assertThat(tokenizer.bytes(256)).containsExactly('a', 'b');
            assertThat(tokenizer.bytes(257)).isEmpty();
            assertThat(tokenizer.bytes(258)).isEqualTo("<tool→>".getBytes(StandardCharsets.UTF_8));
            assertThat(tokenizer.bytes(259)).isEmpty();
            assertThat(tokenizer.bytes(9999)).isEmpty();
        }
    }

    @Test
    void holdsACharacterBackUntilItIsWhole() {
        try (Tokenizer tokenizer = byteLevel()) {
            IncrementalDecoder decoder = tokenizer.incrementalDecoder();
            // The bytes of 😀, then of é, with a letter before and after.
            int[] tokens = {'a', 0xf0, 0x9f, 0x98, 0x80, 0xc3, 0xa9, 256, 257, 258};
            assertThat(pieces(decoder, tokens))
                    .containsExactly("a", "", "", "", "😀", "", "é", "ab", "", "<tool→>", "");
        }
    }

    @Test
    void showsAnIncompleteCharacterAtTheEndAndStartsAfresh() {
        try (Tokenizer tokenizer = byteLevel()) {
            IncrementalDecoder decoder = tokenizer.incrementalDecoder();
            assertThat(pieces(decoder, 'a', 0xf0, 0x9f)).containsExactly("a", "", "", "\ufffd");
            assertThat(pieces(decoder, 'b', 0xc3, 'c')).containsExactly("b", "", "\ufffdc", "");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void decodesAStreamAsItDecodesTheWhole(boolean byteLevel) {
        try (Tokenizer tokenizer = byteLevel ? byteLevel() : sentencePiece()) {
            String text = byteLevel ? TEXT : "the naïve 日本 😀👩‍👩‍👧‍👦  two  spaces « » ";
            List<String> pieces = pieces(tokenizer.incrementalDecoder(), tokenizer.encode(text, true));
            assertThat(String.join("", pieces)).isEqualTo(text);
            assertThat(pieces).allSatisfy(piece -> assertThat(isWhole(piece)).isTrue());
            assertThat(String.join("", pieces)).isEqualTo(tokenizer.decode(tokenizer.encode(text, true)));
        }
    }

    /** Any bytes, not only those of texts. Left out is what begins with ED, where Java and Rust count errors differently. */
    @Test
    void decodesAnyBytesAsTheLibraryDoes() {
        Random random = new Random(42);
        int[] lively = {'a', 0x80, 0xbf, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0xff, 0xc0, 0xf4, 256, 257, 258
        };
        try (Tokenizer tokenizer = byteLevel()) {
            for (int round = 0; round < 2000; round++) {
                int[] tokens = random.ints(random.nextInt(1, 40), 0, lively.length)
                        .map(i -> lively[i])
                        .toArray();
                assertThat(String.join("", pieces(tokenizer.incrementalDecoder(), tokens)))
                        .as("tokens %s", Arrays.toString(tokens))
                        .isEqualTo(tokenizer.decode(tokens));
            }
        }
    }

    @Test
    void decodesByteFallbackPieceByPiece() {
        try (Tokenizer tokenizer = sentencePiece()) {
            int a = 258;
            int spaceA = 284;
            assertThat(pieces(tokenizer.incrementalDecoder(), spaceA, spaceA, a, 0xf0, 0x9f, 0x98, 0x80, a))
                    .containsExactly("a", " a", "a", "", "", "", "😀", "a", "");
            List<String> broken = pieces(tokenizer.incrementalDecoder(), a, 0xf0, 0x9f, a);
            assertThat(String.join("", broken)).isEqualTo(tokenizer.decode(a, 0xf0, 0x9f, a));
        }
    }

    @Test
    void keepsTheSpaceBehindManySpecialTokens() {
        ObjectNode json = TestCheckpoints.sentencePieceTokenizer();
        int special = 310;
        TestCheckpoints.added(json, special, "<s>", true);
        int spaceA = 284;
        try (Tokenizer tokenizer = load(json)) {
            for (int count = 0; count < 10; count++) {
                int[] tokens = new int[count + 2];
                Arrays.fill(tokens, special);
                tokens[0] = spaceA;
                tokens[count + 1] = spaceA;
                assertThat(String.join("", pieces(tokenizer.incrementalDecoder(), tokens)))
                        .isEqualTo("a a")
                        .isEqualTo(tokenizer.decode(tokens));
            }
        }
    }

    @Test
    void doesNotHoldBackWithoutEnd() {
        try (Tokenizer tokenizer = sentencePiece()) {
            int[] broken = IntStream.generate(() -> 0x80).limit(100).toArray();
            List<String> pieces = pieces(tokenizer.incrementalDecoder(), broken);
            assertThat(pieces.subList(0, 8))
                    .anySatisfy(piece -> assertThat(piece).isNotEmpty());
        }
    }

    @Test
    void refusesWhatIsNoTokenizer() {
        TestCheckpoints.write(directory, "tokenizer.json", "{\"model\":{\"vocab\":{\"a\":999999999}}}");
        try (CheckpointDirectory checkpoint = TestCheckpoints.open(directory)) {
            assertThatThrownBy(() -> Tokenizer.of(checkpoint))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("tokenizer.json");
            for (String json : new String[] {"", "[]", "{}", "{\"model\":{\"type\":\"Other\"}}"}) {
                TestCheckpoints.write(directory, "tokenizer.json", json);
                assertThatThrownBy(() -> Tokenizer.of(checkpoint))
                        .isInstanceOf(CheckpointException.class)
                        .hasMessageContaining("tokenizer.json");
            }
        }
    }

    @Test
    void readsTheDefaultCheckpointsTokenizer() {
        Path model = Path.of(System.getProperty("triptych.root", ".."), "models", "text");
        assumeThat(model.resolve("tokenizer.json"))
                .as("the default checkpoint is in models/text")
                .exists();
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(model);
                Tokenizer tokenizer = Tokenizer.of(checkpoint)) {
            assertThat(tokenizer.size()).isLessThanOrEqualTo(checkpoint.fields().size("vocab_size"));
            String java = "    public static void main(String[] args) {\n        // 😀 1234\n    }\n";
            int[] tokens = tokenizer.encode(java, false);
            assertThat(tokens.length).isLessThan(java.length() / 2);
            assertThat(String.join("", pieces(tokenizer.incrementalDecoder(), tokens)))
                    .isEqualTo(java);
        }
    }

    private Tokenizer byteLevel() {
        return load(TestCheckpoints.byteLevelTokenizer());
    }

    private Tokenizer sentencePiece() {
        return load(TestCheckpoints.sentencePieceTokenizer());
    }

    private Tokenizer load(ObjectNode json) {
        TestCheckpoints.write(directory, "tokenizer.json", json.toString());
        try (CheckpointDirectory checkpoint = TestCheckpoints.open(directory)) {
            return Tokenizer.of(checkpoint);
        }
    }

    /** What comes out with each token, and at the end. */
    private static List<String> pieces(IncrementalDecoder decoder, int... tokens) {
        List<String> pieces = new ArrayList<>();
        for (int token : tokens) {
            pieces.add(decoder.accept(token));
        }
        pieces.add(decoder.flush());
        return pieces;
    }

    private static boolean isWhole(String piece) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(piece) && piece.indexOf('\ufffd') < 0;
    }
}
