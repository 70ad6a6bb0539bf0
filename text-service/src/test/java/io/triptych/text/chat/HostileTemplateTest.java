package io.triptych.text.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.tokenizer.TestCheckpoints;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Templates that would run without end or take all memory are ended, and named as the reason. */
@Timeout(120)
class HostileTemplateTest {
    private static final String LOOP = "{% for i in range(1000) %}";
    private static final String END = "{% endfor %}";

    @TempDir
    Path directory;

    static Stream<Arguments> templates() {
        return Stream.of(
                arguments("loops in loops", LOOP.repeat(4) + END.repeat(4), "takes too long"),
                arguments("a string that doubles", "{% set s = 'ab' %}" + "{% set s = s ~ s %}".repeat(40), "TooBig"),
                arguments("a list that doubles", "{% set s = [1] %}" + "{% set s = s + s %}".repeat(40), "TooBig"),
                arguments(
                        "replacements that grow",
                        "{% set s = 'a' %}" + "{% set s = s.replace('a', 'aaaaaaaa') %}".repeat(20),
                        "TooBig"),
                arguments("Java's repeat", "{{ 'x'.repeat(2000000000) }}", "no method repeat"),
                arguments("Java's regular expressions", "{{ 'aaaab'.matches('(a+)+$') }}", "no method matches"),
                arguments("an indent without end", "{{ 'x'|indent(2000000000, true) }}", "'indent' is disabled"),
                arguments("a message as a template", "{{ messages[0].content|render }}", "'render' is disabled"),
                arguments("a macro of itself", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "Cycle"),
                arguments("signs without end", "{{ " + "-".repeat(30_000) + "1 }}", "more memory than there is"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("templates")
    void isEnded(String what, String template, String message) {
        assertThatThrownBy(() -> render(template))
                .isInstanceOf(ChatTemplateException.class)
                .hasMessageContaining(message);
    }

    static Stream<Arguments> sources() {
        return Stream.of(
                arguments("brackets", "{{ " + "(".repeat(100) + "1" + ")".repeat(100) + " }}", "nested too deeply"),
                arguments("length", "x".repeat(70_000), "more than 65536 characters"),
                arguments("size", "x".repeat(200_000), "larger than any chat template"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sources")
    void isRefused(String what, String template, String message) {
        assertThatThrownBy(() -> render(template))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(message);
    }

    /** The negative control: what a conversation needs is far within the bounds. */
    @Test
    void aLongConversationIsWritten() {
        String template =
                "{% for m in messages %}{% for i in range(20) %}{{ m.content.replace('a', 'bb') }}{% endfor %}"
                        + "{% if loop.index0 % 2 == 0 %}{{ (m.role | trim | length) + ((1 + 2) * 3) }}{% endif %}{% endfor %}";
        TestCheckpoints.write(directory, "chat_template.jinja", template);
        try (CheckpointDirectory checkpoint = TestCheckpoints.open(directory)) {
            List<ChatMessage> messages = Stream.generate(() -> new ChatMessage("user", "a".repeat(50)))
                    .limit(200)
                    .toList();
            assertThat(ChatTemplate.of(checkpoint).render(messages, true))
                    .hasSize(200 * 20 * 100 + 100 * "13".length());
        }
    }

    private String render(String template) {
        TestCheckpoints.write(directory, "chat_template.jinja", template);
        try (CheckpointDirectory checkpoint = TestCheckpoints.open(directory)) {
            return ChatTemplate.of(checkpoint).render(List.of(new ChatMessage("user", "{{ 1 + 1 }}")), true);
        }
    }
}
