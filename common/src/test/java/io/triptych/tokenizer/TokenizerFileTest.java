package io.triptych.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What reaches the library and what does not. What it would do with the latter is told by the seeds of the fuzz test. */
class TokenizerFileTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    @TempDir
    Path directory;

    private final ObjectNode tokenizer = TestCheckpoints.byteLevelTokenizer();

    /** The patterns that published tokenizers of the families cut texts by. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
                "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                        + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
                        + "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+",
                "[\\r\\n]",
                "\\s?[A-Za-zµÀ-ÖØ-öø-ƺ]+",
                "\\s?[!-/:-~！-／：-～‘-‟　-。]+",
                "\\s+$",
                "[一-龥ࠀ-一가-퟿]+",
                "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
            })
    void letsPublishedPatternsThrough(String regex) {
        split(regex);
        try (Tokenizer read = read()) {
            assertThat(read.decode(read.encode("It's 1234  naïve\n\n 日本", false)))
                    .isEqualTo("It's 1234  naïve\n\n 日本");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(a+)+$",
                "(a|a)*b",
                "(?:a?){30}a",
                "a*a*a*b",
                "a{0,1000}b",
                "(a*)*\\1",
                "(?<x>a\\g<x>?b)",
                "(?~ab)",
                "((a))",
                "",
                "(",
                "a++",
                "[[a]]"
            })
    void refusesPatternsThatCouldSearchForLong(String regex) {
        split(regex);
        assertThatThrownBy(this::read)
                .isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll("tokenizer.json", "'pre_tokenizer'", "regular expression");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "normalizer | {\"type\":\"Precompiled\",\"precompiled_charsmap\":\"\"} | 'Precompiled', which is not",
                "normalizer | {} | type '', which is not",
                "normalizer | {\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"},{\"type\":\"X\"}]} | type 'X'",
                "pre_tokenizer | {\"type\":\"FixedLength\",\"length\":0} | 'FixedLength', which is not",
                "decoder | {\"type\":\"Strip\",\"content\":\"a\",\"start\":1,\"stop\":1} | strips the end",
                "decoder | {\"type\":\"Strip\",\"content\":\"a\",\"start\":1} | strips the end",
                "decoder | {\"type\":\"CTC\"} | type 'CTC'",
                "post_processor | {\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"s\",\"type_id\":0}}],\"pair\":[],\"special_tokens\":{}} | the special token 's'",
                "post_processor | {\"type\":\"TemplateProcessing\",\"single\":[],\"pair\":[],\"special_tokens\":{\"s\":{\"id\":\"s\",\"ids\":[0],\"tokens\":[]}}} | another number of names",
                "model | {\"type\":\"Other\",\"vocab\":{\"a\":0}} | type 'Other'",
                "model | {\"type\":\"BPE\",\"vocab\":{\"a\":0},\"continuing_subword_prefix\":\"#\"} | subword_prefix",
                "model | {\"type\":\"WordLevel\",\"vocab\":{\"a\":0},\"unk_token\":\"b\"} | has no unk_token",
                "model | {\"type\":\"BPE\",\"vocab\":{\"a\":0},\"unk_token\":\"b\"} | has an unk_token that is not",
                "model | {\"type\":\"Unigram\",\"vocab\":[[\"a\",0]],\"unk_id\":null} | has no unk_id",
                "model | {\"type\":\"BPE\",\"vocab\":{\"a\":-1}} | has the token -1",
                "model | {\"type\":\"BPE\",\"vocab\":{\"a\":16777216}} | has the token 16777216",
                "model | {\"type\":\"BPE\",\"vocab\":{\"a\":\"0\"}} | has the token \"0\"",
            })
    void refusesWhatTheLibraryMightNotSurvive(String role, String part, String message) {
        tokenizer.set(role, JSON.readTree(part));
        assertThatThrownBy(this::read)
                .isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll("tokenizer.json", message);
    }

    @Test
    void refusesReplacementsThatGrowTogether() {
        ObjectNode normalizer = tokenizer.putObject("normalizer").put("type", "Sequence");
        for (int i = 0; i < 7; i++) {
            normalizer
                    .withArray("normalizers")
                    .add(JSON.readTree("{\"type\":\"Replace\",\"pattern\":{\"String\":\"a\"},\"content\":\"b\"}"));
        }
        read().close();
        ((ObjectNode) normalizer.withArray("normalizers").get(0)).put("content", "aaaa");
        assertThatThrownBy(this::read).hasMessageContaining("'normalizer' makes texts too long");
    }

    private void split(String regex) {
        ObjectNode sequence = tokenizer.putObject("pre_tokenizer").put("type", "Sequence");
        ObjectNode split = sequence.withArray("pretokenizers").addObject();
        split.put("type", "Split").put("behavior", "Isolated").put("invert", false);
        split.putObject("pattern").put("Regex", regex);
        sequence.withArray("pretokenizers")
                .add(JSON.readTree("{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,"
                        + "\"use_regex\":false}"));
    }

    private Tokenizer read() {
        TestCheckpoints.write(directory, "tokenizer.json", tokenizer.toString());
        try (CheckpointDirectory checkpoint = TestCheckpoints.open(directory)) {
            return Tokenizer.of(checkpoint);
        }
    }
}
