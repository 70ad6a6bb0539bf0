package io.triptych.text.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.tokenizer.TestCheckpoints;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class ChatTemplateTest {
    /** In the style of ChatML. */
    private static final String CHATML = """
            {%- for message in messages %}
                {%- if loop.first and message.role != 'system' %}
                    {{- '<|im_start|>system\\nYou help.<|im_end|>\\n' }}
                {%- endif %}
                {{- '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}
            {%- endfor %}
            {%- if add_generation_prompt %}
                {{- '<|im_start|>assistant\\n' }}
            {%- endif %}
            """;

    /** In the style of Llama 3. */
    private static final String LLAMA3 = """
            {% set loop_messages = messages %}{% for message in loop_messages %}\
            {% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim \
            + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}\
            {% endfor %}{% if add_generation_prompt %}\
            {{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}""";

    /** In the style of Mistral: strict about turns, with the system's message inside the first user's. */
    private static final String MISTRAL = """
            {%- if messages[0]["role"] == "system" %}
                {%- set system_message = messages[0]["content"] %}
                {%- set loop_messages = messages[1:] %}
            {%- else %}
                {%- set loop_messages = messages %}
            {%- endif %}
            {{- bos_token }}
            {%- for message in loop_messages %}
                {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
                    {{- raise_exception('roles must alternate user/assistant/user/assistant/...') }}
                {%- endif %}
                {%- if message["role"] == "user" %}
                    {%- if loop.last and system_message is defined %}
                        {{- "[INST] " + system_message + "\\n\\n" + message["content"] + "[/INST]" }}
                    {%- else %}
                        {{- "[INST] " + message["content"] + "[/INST]" }}
                    {%- endif %}
                {%- else %}
                    {{- " " + message["content"] + eos_token}}
                {%- endif %}
            {%- endfor %}
            """;

    /** In the style of Qwen 3: a search from the end, thoughts of earlier turns cut out with Python's methods. */
    private static final String QWEN3 = """
            {%- set ns = namespace(searching=true, last=messages|length - 1) %}
            {%- for message in messages[::-1] %}
                {%- set index = (messages|length - 1) - loop.index0 %}
                {%- if ns.searching and message.role == "user" and not(message.content.startswith('<tool>') and message.content.endswith('</tool>')) %}
                    {%- set ns.searching = false %}
                    {%- set ns.last = index %}
                {%- endif %}
            {%- endfor %}
            {%- for message in messages %}
                {%- set content = message.content %}
                {%- if message.role == "assistant" and '</think>' in content %}
                    {%- set thought = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
                    {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
                    {%- if loop.index0 > ns.last %}
                        {%- set content = '[' + thought.strip('\\n') + ']' + content %}
                    {%- endif %}
                {%- endif %}
                {{- message.role + ': ' + content + '\\n' }}
            {%- endfor %}
            {%- if add_generation_prompt %}
                {{- 'assistant: ' }}
                {%- if enable_thinking is defined and enable_thinking is false %}
                    {{- '<think>\\n\\n</think>\\n\\n' }}
                {%- endif %}
            {%- endif %}
            """;

    private static final ChatMessage SYSTEM = new ChatMessage("system", " Be brief.\n");
    private static final ChatMessage USER = new ChatMessage("user", "Hi 😀");
    private static final ChatMessage ASSISTANT = new ChatMessage("assistant", "Hello");

    @TempDir
    Path directory;

    private final ObjectNode config = JsonMapper.shared().createObjectNode();

    @Test
    void rendersChatMl() {
        assertThat(render(CHATML, true, USER)).isEqualTo("""
                        <|im_start|>system
                        You help.<|im_end|>
                        <|im_start|>user
                        Hi 😀<|im_end|>
                        <|im_start|>assistant
                        """);
        assertThat(render(CHATML, false, SYSTEM, USER, ASSISTANT)).isEqualTo("""
                        <|im_start|>system
                         Be brief.
                        <|im_end|>
                        <|im_start|>user
                        Hi 😀<|im_end|>
                        <|im_start|>assistant
                        Hello<|im_end|>
                        """);
    }

    @Test
    void rendersLlama3() {
        config.put("bos_token", "<|begin_of_text|>");
        assertThat(render(LLAMA3, true, SYSTEM, USER))
                .isEqualTo("<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
                        + "<|start_header_id|>user<|end_header_id|>\n\nHi 😀<|eot_id|>"
                        + "<|start_header_id|>assistant<|end_header_id|>\n\n");
    }

    @Test
    void rendersMistralAndHearsItsRefusal() {
        config.putObject("bos_token").put("content", "<s>").put("lstrip", false);
        config.put("eos_token", "</s>");
        assertThat(render(MISTRAL, true, SYSTEM, USER, ASSISTANT, USER))
                .isEqualTo("<s>[INST] Hi 😀[/INST] Hello</s>[INST]  Be brief.\n\n\nHi 😀[/INST]");
        assertThatThrownBy(() -> render(MISTRAL, true, USER, USER))
                .isInstanceOf(ChatTemplateException.class)
                .hasMessage("The model's chat template refuses the messages: "
                        + "roles must alternate user/assistant/user/assistant/...");
    }

    @Test
    void rendersQwen3() {
        ChatMessage thoughtful = new ChatMessage("assistant", "<think>\nhm\n</think>\n\nHello");
        assertThat(render(QWEN3, true, USER, thoughtful, USER, thoughtful))
                .isEqualTo("user: Hi 😀\nassistant: Hello\nuser: Hi 😀\nassistant: [hm]Hello\nassistant: ");
    }

    @Test
    void takesNoTemplateFromAMessage() {
        String hostile = "{{ 7 * 6 }}{% raw %}{# x #}\\n{{ bos_token }}";
        assertThat(render("{{ messages[-1]['content'] }}", false, new ChatMessage("user", hostile)))
                .isEqualTo(hostile);
        assertThat(render(
                        "{% macro show(x) %}{{ x }}{% endmacro %}{{ show(messages[0].content) }}",
                        false, new ChatMessage("user", hostile)))
                .isEqualTo(hostile);
    }

    @Test
    void tellsTheDate() {
        String today = LocalDate.now(ZoneId.systemDefault())
                .format(DateTimeFormatter.ofPattern("dd MMM yyyy", Locale.ENGLISH));
        assertThat(render("{{ strftime_now('%d %b %Y') }}", false, USER)).isEqualTo(today);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "{{ messages[0].content.strip('Hi') }} => ` 😀`",
                "{{ 'a,b,,c'.split(',')|length }} => 4",
                "{{ ' a  b '.split()|join('-') }} => a-b",
                "{{ 'a.b'.split('.')[0] }} => a",
                "{{ 'aXa'.lower().upper().replace('X', '-') }} => A-A",
                "{{ ' x '.lstrip() ~ ' x '.rstrip() }} => x  x",
                "{{ 'x' if tools is not defined or not tools else 'y' }} => x",
                "{{ messages[0].get('role') }} => user",
                "{%- if true -%} a {%- endif -%}    b => ab",
                "{{- 'a' }}   {{- 'b' -}}   c => abc",
                "{{ nothing }}{{ messages[0].nothing }}x => x",
                "{% if not nothing is defined %}a{% endif %}{% if not messages is defined %}b{% endif %} => a",
                "{% if not messages[0]['role'] == 'system' %}a{% endif %}{% if not 'i' in 'Hi' %}b{% endif %} => a",
                "{% if strftime_now is defined and raise_exception is defined %}a{% endif %} => a",
                "not a == b {{ 'do not trust in words, not a is none' }}{# not a is #} => not a == b do not trust in words, not a is none",
                "{{ 'a-b-c'.split('-', 1)[1] }} => b-c",
                "{{ 'hello wORLD'.title() }} => Hello World",
                "{{ '}}' }}{{ \"it's %}\" }}{{- 'x\\'y' }} => }}it's %}x'y",
                "{{ 1 + 2 * 3 }} => 7",
            })
    void rendersAsJinjaDoes(String template, String expected) {
        assertThat(render(template, true, USER)).isEqualTo(expected);
    }

    @Test
    void trimsBlocksAndTheLastNewline() {
        assertThat(render("a\n  {% if true %}\n  b\n  {% endif %}\nc\n", true, USER))
                .isEqualTo("a\n  b\nc");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ ''.getClass() }}",
                "{{ ''.getClass().forName('java.lang.Runtime') }}",
                "{{ messages.getClass().getClassLoader() }}",
                "{{ ____int3rpr3t3r____.render('x') }}",
                "{{ ____int3rpr3t3r____.getResourceAsString('config.json') }}",
                "{{ ____int3rpr3t3r____.getConfig() }}",
                "{% include 'application.properties' %}",
                "{% include '/etc/hostname' %}",
                "{% import '/etc/hostname' as x %}",
                "{% from '/etc/hostname' import x %}",
                "{% extends '/etc/hostname' %}",
                "{% if not",
                "{{ foo(",
                "{{ 'a' }} {% unknown %}",
                "{{ nosuchfunction('x') }}",
                "{{ 'a'.startswith(1) }}",
                "{{ 'a'.nosuchmethod() }}",
                "{% for a in range(999) %}{% for b in range(20) %}{{ messages[1].content }}{% endfor %}{% endfor %}",
                "{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}"
            })
    void refusesWhatNoTemplateShouldDo(String template) {
        ChatMessage longMessage = new ChatMessage("user", "x".repeat(1000));
        assertThatThrownBy(() -> render(template, true, USER, longMessage))
                .isInstanceOf(ChatTemplateException.class)
                .hasMessageStartingWith("The model's chat template fails");
    }

    @Test
    void showsNothingOfAClass() {
        assertThat(render("{{ ''.class }}{{ messages.class }}{{ messages[0].class.classLoader }}", true, USER))
                .isEmpty();
    }

    @Test
    void choosesTheDefaultOfSeveralAndTheFileBeforeAll() {
        config.putArray("chat_template").addObject().put("name", "tool_use").put("template", "tools");
        assertThat(template().isPresent()).isFalse();
        config.withArray("chat_template").addObject().put("name", "default").put("template", "plain");
        assertThat(template().render(List.of(USER), true)).isEqualTo("plain");
        TestCheckpoints.write(directory, "chat_template.jinja", "from the file\n");
        assertThat(template().render(List.of(USER), true)).isEqualTo("from the file");
    }

    @Test
    void readsTheDefaultCheckpointsTemplate() {
        Path model = Path.of(System.getProperty("triptych.root", ".."), "models", "text");
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(model)) {
            assertThat(ChatTemplate.of(checkpoint).render(List.of(new ChatMessage("user", "class A {")), true))
                    .endsWith("class A {");
        }
    }

    @Test
    void saysThatThereIsNone() {
        ChatTemplate none = template();
        assertThat(none.isPresent()).isFalse();
        assertThatThrownBy(() -> none.render(List.of(USER), true))
                .isInstanceOf(ChatTemplateException.class)
                .hasMessageContaining("has no chat template");
    }

    private String render(String template, boolean addGenerationPrompt, ChatMessage... messages) {
        config.put("chat_template", template);
        return template().render(List.of(messages), addGenerationPrompt);
    }

    private ChatTemplate template() {
        TestCheckpoints.write(directory, "tokenizer_config.json", config.toString());
        try (CheckpointDirectory checkpoint = TestCheckpoints.open(directory)) {
            return ChatTemplate.of(checkpoint);
        }
    }
}
