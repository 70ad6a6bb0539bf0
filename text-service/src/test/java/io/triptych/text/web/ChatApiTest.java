package io.triptych.text.web;

import static io.triptych.openai.ApiAnswers.assertError;
import static io.triptych.openai.ApiAnswers.body;
import static io.triptych.openai.ApiAnswers.content;
import static org.assertj.core.api.Assertions.assertThat;

import io.triptych.openai.ApiAnswers;
import io.triptych.speculation.ScriptedTarget;
import io.triptych.text.ScriptedText;
import io.triptych.text.TextModel;
import io.triptych.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Import;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The conversation becomes two tokens, the first token and one of text, so the answer is the script from its second. */
@WebMvcTest
@Import({ScriptedText.class, WebConfiguration.class})
class ChatApiTest {
    private static final String USER = "\"messages\": [{\"role\": \"user\", \"content\": \"{\"}]";

    @Autowired
    private MockMvcTester http;

    @Autowired
    private ScriptedTarget target;

    @Autowired
    private Tokenizer tokenizer;

    @Autowired
    private TextModel model;

    @BeforeEach
    void say() {
        target.say(tokenizer.encode("{int x = 0; int y = 1;", false), 40);
    }

    @Test
    void answersAsTheAssistant() {
        JsonNode answer = body(send("{" + USER + ", \"temperature\": 0, \"max_tokens\": 6}"));
        assertThat(answer.path("object").stringValue()).isEqualTo("chat.completion");
        JsonNode choice = answer.path("choices").path(0);
        assertThat(choice.path("message").path("role").stringValue()).isEqualTo("assistant");
        assertThat(choice.path("message").path("content").stringValue()).startsWith("int x = 0");
        assertThat(choice.path("message").path("refusal").isNull()).isTrue();
        assertThat(choice.path("finish_reason").stringValue()).isEqualTo("length");
        assertThat(answer.path("usage").path("prompt_tokens").intValue()).isEqualTo(2);
        assertThat(answer.path("usage").path("completion_tokens").intValue()).isEqualTo(6);
        assertThat(answer.path("speculation").path("contract").stringValue()).isEqualTo("exact");
    }

    @Test
    void readsPartsLikeText() {
        String parts = "[{\"type\": \"text\", \"text\": \"{\"}, {\"type\": \"text\", \"text\": \"\"}]";
        JsonNode answer = body(send(
                "{\"messages\": [{\"role\": \"user\", \"content\": " + parts + "}], \"max_completion_tokens\": 3}"));
        assertThat(answer.path("usage").path("prompt_tokens").intValue()).isEqualTo(2);
        assertThat(answer.path("usage").path("completion_tokens").intValue()).isEqualTo(3);
    }

    @Test
    void fillsTheContextUnlessTold() {
        JsonNode answer = body(send("{" + USER + "}"));
        assertThat(answer.path("usage").path("total_tokens").intValue()).isEqualTo(model.capacity());
    }

    @Test
    void streamsTheRoleFirstThenTheText() {
        String content = content(send("{" + USER + ", \"temperature\": 0, \"max_tokens\": 12, \"stream\": true}"));
        String[] events = content.split("\n\n", -1);
        assertThat(events).endsWith("data: [DONE]", "");
        List<JsonNode> chunks = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < events.length - 2; i++) {
            JsonNode chunk = JsonMapper.shared().readTree(events[i].substring("data: ".length()));
            assertThat(chunk.path("object").stringValue()).isEqualTo("chat.completion.chunk");
            text.append(
                    chunk.path("choices").path(0).path("delta").path("content").asString(""));
            chunks.add(chunk);
        }
        JsonNode first = chunks.get(0).path("choices").path(0).path("delta");
        assertThat(first.path("role").stringValue()).isEqualTo("assistant");
        assertThat(chunks.stream().skip(1))
                .noneMatch(chunk -> chunk.path("choices").path(0).path("delta").has("role"));
        assertThat(text.toString()).startsWith("int x = 0; int");
        JsonNode last = chunks.get(chunks.size() - 1);
        assertThat(last.path("choices").path(0).path("finish_reason").stringValue())
                .isEqualTo("length");
        assertThat(last.path("speculation").path("tokens").intValue()).isEqualTo(12);
    }

    @Test
    void tellsLogprobsWithBytes() {
        JsonNode answer = body(send(
                "{" + USER + ", \"temperature\": 0, \"max_tokens\": 3, \"logprobs\": true, " + "\"top_logprobs\": 2}"));
        JsonNode token =
                answer.path("choices").path(0).path("logprobs").path("content").path(0);
        assertThat(token.path("token").stringValue()).isEqualTo("int");
        assertThat(token.path("bytes").toString()).isEqualTo("[105,110,116]");
        assertThat(token.path("logprob").doubleValue()).isBetween(-0.001, 0.0);
        assertThat(token.path("top_logprobs").size()).isEqualTo(2);
        assertThat(token.path("top_logprobs").path(0).path("token").stringValue())
                .isEqualTo("int");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                                                 | messages            | missing_required_parameter",
                "{\"messages\": []}                                                 | messages            | invalid_value",
                "{\"messages\": \"hello\"}                                          | messages            | invalid_type",
                "{\"messages\": [null]}                                             | messages[0]         | missing_required_parameter",
                "{\"messages\": [{\"content\": \"x\"}]}                             | messages[0].role    | missing_required_parameter",
                "{\"messages\": [{\"role\": \"user\"}]}                             | messages[0].content | missing_required_parameter",
                "{\"messages\": [{\"role\": \"tool\", \"content\": \"x\"}]}         | messages[0].role    | invalid_type",
                "{\"messages\": [{\"role\": \"user\", \"content\": 5}]}             | messages[0].content | invalid_value",
                "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image_url\"}]}]} | messages[0].content | invalid_value",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"x\", \"name\": \"me\"}]} | messages[0].name | unsupported_parameter",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"x\"}], \"tools\": [{}]} | tools      | unsupported_parameter",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"x\"}], \"response_format\": {\"type\": \"json_object\"}} | response_format | unsupported_parameter",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"x\"}], \"prompt\": \"x\"} | prompt   | unknown_parameter",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"x\"}], \"logprobs\": 2} | logprobs   | invalid_type",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"x\"}], \"top_logprobs\": 2} | top_logprobs | invalid_value",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"x\"}], \"max_tokens\": 2, \"max_completion_tokens\": 2} | max_tokens | invalid_value",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"x\"}], \"max_tokens\": 63} | messages | context_length_exceeded",
            })
    void refusesByName(String body, String param, String code) {
        assertError(send(body), 400, param, code);
    }

    @Test
    void acceptsWhatAsksForNothing() {
        MockHttpServletResponse response =
                send("{" + USER + ", \"tools\": null, \"response_format\": {\"type\": \"text\"}, "
                        + "\"store\": false, \"modalities\": [\"text\"], \"user\": \"me\", \"max_tokens\": 1}");
        assertThat(response.getStatus()).as(content(response)).isEqualTo(200);
    }

    private MockHttpServletResponse send(String content) {
        return ApiAnswers.post(http, "/v1/chat/completions", content);
    }
}
