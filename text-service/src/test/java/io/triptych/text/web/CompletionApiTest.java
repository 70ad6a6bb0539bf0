package io.triptych.text.web;

import static io.triptych.openai.ApiAnswers.assertError;
import static io.triptych.openai.ApiAnswers.body;
import static io.triptych.openai.ApiAnswers.events;
import static io.triptych.openai.ApiAnswers.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.triptych.openai.ApiAnswers;
import io.triptych.speculation.ScriptedTarget;
import io.triptych.text.ScriptedDrafters;
import io.triptych.text.ScriptedText;
import io.triptych.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import tools.jackson.databind.JsonNode;

/** The prompt is one token wherever the script has to be met: then the answer is the script. */
@WebMvcTest
@Import({ScriptedText.class, WebConfiguration.class})
class CompletionApiTest {
    private static final String SCRIPT = "int x = 0; int y = 1; int z = 2;";
    private static final float SURE = 40;

    @Autowired
    private MockMvcTester http;

    @Autowired
    private ScriptedTarget target;

    @Autowired
    private Tokenizer tokenizer;

    @Autowired
    private ScriptedDrafters drafters;

    @BeforeEach
    void say() {
        target.say(tokenizer.encode(SCRIPT, false), SURE);
    }

    @Test
    void answersWithTheScriptAndAnAccount() {
        int tokens = tokenizer.encode(SCRIPT, false).length;
        JsonNode answer = complete("\"temperature\": 0, \"max_tokens\": " + tokens);
        JsonNode choice = answer.path("choices").path(0);
        assertThat(choice.path("text").stringValue()).isEqualTo(SCRIPT);
        assertThat(choice.path("finish_reason").stringValue()).isEqualTo("length");
        assertThat(choice.path("logprobs").isNull()).isTrue();
        assertThat(answer.path("object").stringValue()).isEqualTo("text_completion");
        assertThat(answer.path("model").stringValue()).isEqualTo("scripted");
        assertThat(answer.path("usage")).isEqualTo(json("""
                {"prompt_tokens": 1, "completion_tokens": %d, "total_tokens": %d,
                 "prompt_tokens_details": {"cached_tokens": 0}}""".formatted(tokens, tokens + 1)));

        JsonNode account = answer.path("speculation");
        assertThat(account.path("contract").stringValue()).isEqualTo("exact");
        assertThat(account.path("tokens").intValue()).isEqualTo(tokens);
        assertThat(account.path("passes").intValue()).isLessThan(tokens);
        assertThat(account.path("tokens_per_pass").doubleValue())
                .isEqualTo((double) tokens / account.path("passes").intValue());
        // Every pass adds a token of its own, but the one that the limit ends.
        assertThat(account.path("accepted").intValue() + account.path("passes").intValue())
                .isBetween(tokens, tokens + 1);
        assertThat(account.path("drafted").intValue())
                .isGreaterThan(account.path("accepted").intValue());
        assertThat(account.path("drafters").path("script").path("drafted")).isEqualTo(account.path("drafted"));
        assertThat(account.path("seconds").doubleValue()).isPositive();
        assertThat(account.has("trace")).isFalse();
    }

    @Test
    void generatesSixteenTokensUnlessTold() {
        assertThat(complete("\"seed\": 1")
                        .path("usage")
                        .path("completion_tokens")
                        .intValue())
                .isEqualTo(16);
    }

    @ParameterizedTest
    @CsvSource({"exact, exact", "distribution, distribution", "relaxed, relaxed", "off, exact"})
    void declaresTheContract(String mode, String contract) {
        JsonNode answer = complete("\"speculation\": {\"mode\": \"" + mode + "\"}");
        assertThat(answer.path("speculation").path("contract").stringValue()).isEqualTo(contract);
        assertThat(text(answer)).isEqualTo(text(complete("\"temperature\": 0")));
    }

    @Test
    void offDraftsNothing() {
        JsonNode account = complete("\"speculation\": {\"mode\": \"off\"}").path("speculation");
        assertThat(account.path("passes")).isEqualTo(account.path("tokens"));
        assertThat(account.path("drafted").intValue()).isZero();
    }

    @Test
    void honoursTheLimitInsideAnAcceptedBlock() {
        int[] script = tokenizer.encode(SCRIPT, false);
        for (int limit = 1; limit <= 9; limit++) {
            JsonNode answer = complete("\"temperature\": 0, \"max_tokens\": " + limit);
            assertThat(text(answer)).isEqualTo(tokenizer.decode(Arrays.copyOf(script, limit)));
            assertThat(answer.path("usage").path("completion_tokens").intValue())
                    .isEqualTo(limit);
        }
    }

    @Test
    void honoursStopStringsInsideAnAcceptedBlock() {
        JsonNode answer = complete("\"temperature\": 0, \"max_tokens\": 30, \"stop\": [\"nothing\", \"0; i\"]");
        assertThat(text(answer)).isEqualTo("int x = ");
        assertThat(finish(answer)).isEqualTo("stop");
        JsonNode single = complete("\"temperature\": 0, \"max_tokens\": 30, \"stop\": \";\"");
        assertThat(text(single)).isEqualTo("int x = 0");
        // What only begins like a stop string is not lost.
        JsonNode begun = complete("\"temperature\": 0, \"max_tokens\": 4, \"stop\": \"0; int y = 1; inte\"");
        assertThat(text(begun)).isEqualTo(tokenizer.decode(Arrays.copyOf(tokenizer.encode(SCRIPT, false), 4)));
        assertThat(finish(begun)).isEqualTo("length");
    }

    @Test
    void honoursTheEndTokenInsideAnAcceptedBlock() {
        int[] head = tokenizer.encode("int x", false);
        int[] tail = tokenizer.encode(" never said", false);
        target.say(
                IntStream.concat(
                                IntStream.concat(IntStream.of(head), IntStream.of(ScriptedText.END)),
                                IntStream.of(tail))
                        .toArray(),
                SURE);
        JsonNode answer = complete("\"temperature\": 0, \"max_tokens\": 30");
        assertThat(text(answer)).isEqualTo("int x");
        assertThat(finish(answer)).isEqualTo("stop");
        assertThat(answer.path("usage").path("completion_tokens").intValue()).isEqualTo(head.length + 1);
    }

    @Test
    void neverCutsACharacter() {
        String text = "// 😀 €é 漢字 😀";
        int[] script = tokenizer.encode(text, false);
        target.say(script, SURE);
        StringBuilder streamed = new StringBuilder();
        for (JsonNode chunk :
                stream("\"temperature\": 0, \"speculation\": {\"mode\": \"off\"}, \"max_tokens\": " + script.length)) {
            String piece = text(chunk);
            assertThat(piece.codePoints().noneMatch(c -> c == 0xFFFD || (c >= 0xD800 && c <= 0xDFFF)))
                    .as(piece)
                    .isTrue();
            streamed.append(piece);
        }
        assertThat(streamed).hasToString(text);
        assertThat(script.length).as("some character must take several tokens").isGreaterThan(text.length());
    }

    @Test
    void sameSeedSameTextWithSpeculationOnAndOff() {
        target.say(tokenizer.encode(SCRIPT, false), 9);
        Set<String> texts = new HashSet<>();
        for (int seed = 0; seed < 8; seed++) {
            String on = text(complete("\"max_tokens\": 30, \"seed\": " + seed));
            String off = text(complete("\"max_tokens\": 30, \"speculation\": {\"mode\": \"off\"}, \"seed\": " + seed));
            assertThat(on).isEqualTo(off);
            texts.add(on);
        }
        assertThat(texts).as("seeds matter").hasSizeGreaterThan(5);
    }

    @Test
    void tellsTheSeedThatItDrew() {
        target.say(tokenizer.encode(SCRIPT, false), 9);
        JsonNode first = complete("\"max_tokens\": 30");
        long seed = first.path("speculation").path("seed").longValue();
        JsonNode again = complete("\"max_tokens\": 30, \"seed\": " + seed);
        assertThat(text(again)).isEqualTo(text(first));
        assertThat(complete("\"max_tokens\": 1")
                        .path("speculation")
                        .path("seed")
                        .longValue())
                .isNotEqualTo(seed);
    }

    @Test
    void generatesChoicesThatCanBeRepeatedForEveryPrompt() {
        target.say(tokenizer.encode(SCRIPT, false), 9);
        JsonNode answer =
                post("/v1/completions", "{\"prompt\": [[5], [6]], \"n\": 3, \"max_tokens\": 20, \"seed\": 4}");
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            assertThat(answer.path("choices").path(i).path("index").intValue()).isEqualTo(i);
            texts.add(answer.path("choices").path(i).path("text").stringValue());
        }
        assertThat(new HashSet<>(texts.subList(0, 3))).hasSize(3);
        // The scripted target does not look at the prompt, so the prompts differ in nothing.
        assertThat(texts.subList(3, 6)).isEqualTo(texts.subList(0, 3));
        assertThat(text(complete("\"max_tokens\": 20, \"seed\": 4"))).isEqualTo(texts.get(0));
        assertThat(answer.path("usage").path("prompt_tokens").intValue()).isEqualTo(2);
    }

    @Test
    void tellsLogprobsOfTheTokensOfTheText() {
        JsonNode logprobs = complete("\"temperature\": 0, \"max_tokens\": 30, \"logprobs\": 2, \"stop\": \";\"")
                .path("choices")
                .path(0)
                .path("logprobs");
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < logprobs.path("tokens").size(); i++) {
            assertThat(logprobs.path("text_offset").path(i).intValue()).isEqualTo(text.length());
            text.append(logprobs.path("tokens").path(i).stringValue());
            assertThat(logprobs.path("token_logprobs").path(i).doubleValue()).isBetween(-0.001, 0.0);
            assertThat(logprobs.path("top_logprobs").path(i).size()).isEqualTo(2);
            assertThat(logprobs.path("top_logprobs")
                            .path(i)
                            .path(logprobs.path("tokens").path(i).stringValue()))
                    .isEqualTo(logprobs.path("token_logprobs").path(i));
        }
        assertThat(text).hasToString("int x = 0");
        JsonNode none = complete("\"temperature\": 0, \"logprobs\": 0")
                .path("choices")
                .path(0)
                .path("logprobs");
        assertThat(none.path("top_logprobs").path(0).size()).isEqualTo(1);
        assertThat(none.path("tokens").size()).isEqualTo(16);
    }

    @Test
    void biasForbidsATokenOnEveryPath() {
        int first = tokenizer.encode(SCRIPT, false)[0];
        assertThat(text(complete("\"temperature\": 0, \"logit_bias\": {\"" + first + "\": -100}")))
                .doesNotStartWith("int");
    }

    @Test
    void streamsWhatItWouldHaveSaid() {
        String whole = text(complete("\"temperature\": 0, \"max_tokens\": 20"));
        List<JsonNode> chunks = stream("\"temperature\": 0, \"max_tokens\": 20");
        StringBuilder streamed = new StringBuilder();
        for (JsonNode chunk : chunks) {
            assertThat(chunk.path("object").stringValue()).isEqualTo("text_completion");
            assertThat(chunk.path("id")).isEqualTo(chunks.get(0).path("id"));
            streamed.append(text(chunk));
        }
        assertThat(streamed).hasToString(whole);
        assertThat(chunks.size()).isGreaterThan(2);
        JsonNode last = chunks.get(chunks.size() - 1);
        assertThat(finish(last)).isEqualTo("length");
        assertThat(last.path("speculation").path("tokens").intValue()).isEqualTo(20);
        assertThat(last.has("usage")).isFalse();
        assertThat(chunks.get(0).has("speculation")).isFalse();
        assertThat(chunks.get(0).path("choices").path(0).path("finish_reason").isNull())
                .isTrue();
    }

    @Test
    void streamsUsageLastIfAsked() {
        List<JsonNode> chunks = stream("\"max_tokens\": 20, \"n\": 2, \"stream_options\": {\"include_usage\": true}");
        JsonNode last = chunks.get(chunks.size() - 1);
        assertThat(last.path("choices").size()).isZero();
        assertThat(last.path("usage").path("completion_tokens").intValue()).isEqualTo(40);
        assertThat(last.path("speculation").path("contract").stringValue()).isEqualTo("exact");
        assertThat(chunks.stream().filter(chunk -> chunk.has("speculation"))).hasSize(1);
        assertThat(chunks.stream().filter(chunk -> finish(chunk) != null)).hasSize(2);
    }

    @Test
    void tellsAtOnceThatAChoiceHasEnded() {
        int statement = tokenizer.encode("int x = 0;", false).length;
        String late = Collections.nCopies(statement - 1, 5).toString(); // two tokens of the statement are left
        List<String> told = events(send(
                        "/v1/completions",
                        "{\"prompt\": [[5], " + late + "], \"stop\": \";\", \"temperature\": 0, \"stream\": true, "
                                + "\"speculation\": {\"mode\": \"off\"}}"))
                .stream()
                .map(event -> json(event.substring("data: ".length())))
                .map(chunk -> chunk.path("choices").path(0).path("index") + " " + finish(chunk))
                .toList();
        assertThat(told.subList(told.indexOf("1 stop"), told.size()))
                .contains("0 null")
                .endsWith("0 stop");
    }

    @Test
    void remembersWhatItSaidAndNotWhatItWasAsked() {
        drafters.remembered().clear();
        complete("\"temperature\": 0, \"max_tokens\": 7");
        int[] said = Arrays.copyOf(tokenizer.encode(SCRIPT, false), 7);
        await().untilAsserted(() -> assertThat(drafters.remembered()).containsExactly(said));
    }

    @Test
    void tracesWhereTokensCameFrom() {
        JsonNode whole = complete("\"temperature\": 0, \"max_tokens\": 8, \"speculation\": {\"trace\": true}");
        JsonNode pass = whole.path("speculation").path("trace").path(0);
        assertThat(pass.path("index").intValue()).isZero();
        assertThat(pass.path("tokens").path(0).path("source").stringValue()).isEqualTo("script");
        assertThat(pass.path("tokens").path(0).path("text").stringValue()).isEqualTo("int");
        assertThat(pass.path("tokens").path(4).path("source").stringValue()).isEqualTo("target");
        assertThat(pass.path("rejected").size()).isEqualTo(4);
        assertThat(pass.path("rejected").path(3).path("depth").intValue()).isEqualTo(4);
        assertThat(pass.path("rejected").path(3).path("source").stringValue()).isEqualTo("script");

        StringBuilder text = new StringBuilder();
        for (JsonNode chunk : stream("\"temperature\": 0, \"max_tokens\": 8, \"speculation\": {\"trace\": true}")) {
            for (JsonNode token :
                    chunk.path("speculation").path("trace").path(0).path("tokens")) {
                text.append(token.path("text").stringValue());
            }
        }
        assertThat(text).hasToString(text(whole));
    }

    @Test
    void aFailureOfTheEngineIsAnErrorAndNotTheEnd() {
        target.say(new int[0], SURE);
        assertError(send("/v1/completions", "{\"prompt\": [5]}"), 500, null, "internal_error");
        assertError(send("/v1/completions", "{\"prompt\": [5], \"stream\": true}"), 500, null, "internal_error");
        target.say(tokenizer.encode(SCRIPT, false), SURE);
        assertThat(text(complete("\"temperature\": 0"))).startsWith("int x");
        assertThat(target.openSessions()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                                              | prompt                 | missing_required_parameter",
                "{\"prompt\": null}                                              | prompt                 | missing_required_parameter",
                "{\"prompt\": 5}                                                 | prompt                 | invalid_value",
                "{\"prompt\": []}                                                | prompt                 | invalid_value",
                "{\"prompt\": [\"a\", 5]}                                        | prompt                 | invalid_value",
                "{\"prompt\": [5, \"a\"]}                                        | prompt                 | invalid_value",
                "{\"prompt\": [1.5]}                                             | prompt                 | invalid_value",
                "{\"prompt\": [99999]}                                           | prompt                 | invalid_value",
                "{\"prompt\": [-1]}                                              | prompt                 | invalid_value",
                "{\"prompt\": [5], \"foo\": 1}                                   | foo                    | unknown_parameter",
                "{\"prompt\": [5], \"messages\": []}                             | messages               | unknown_parameter",
                "{\"prompt\": [5], \"suffix\": \"x\"}                            | suffix                 | unsupported_parameter",
                "{\"prompt\": [5], \"echo\": true}                               | echo                   | unsupported_parameter",
                "{\"prompt\": [5], \"best_of\": 2}                               | best_of                | unsupported_parameter",
                "{\"prompt\": [5], \"temperature\": \"1\"}                       | temperature            | invalid_type",
                "{\"prompt\": [5], \"temperature\": 2.1}                         | temperature            | invalid_value",
                "{\"prompt\": [5], \"temperature\": -0.1}                        | temperature            | invalid_value",
                "{\"prompt\": [5], \"temperature\": 1e999}                       | temperature            | invalid_value",
                "{\"prompt\": [5], \"temperature\": NaN}                         |                        | invalid_json",
                "{\"prompt\": [5], \"top_p\": 0}                                 | top_p                  | invalid_value",
                "{\"prompt\": [5], \"top_p\": 1.1}                               | top_p                  | invalid_value",
                "{\"prompt\": [5], \"top_k\": -1}                                | top_k                  | invalid_value",
                "{\"prompt\": [5], \"min_p\": 1.1}                               | min_p                  | invalid_value",
                "{\"prompt\": [5], \"n\": 0}                                     | n                      | invalid_value",
                "{\"prompt\": [5], \"n\": 17}                                     | n                      | invalid_value",
                "{\"prompt\": [5], \"n\": 2147483647}                            | n                      | invalid_value",
                "{\"prompt\": [5], \"n\": 1.0}                                   | n                      | invalid_type",
                "{\"prompt\": [5], \"max_tokens\": 0}                            | max_tokens             | invalid_value",
                "{\"prompt\": [5], \"max_tokens\": true}                         | max_tokens             | invalid_type",
                "{\"prompt\": [5], \"max_tokens\": 64}                           | prompt                 | context_length_exceeded",
                "{\"prompt\": [5], \"seed\": 99999999999999999999}               | seed                   | invalid_value",
                "{\"prompt\": [5], \"seed\": \"7\"}                              | seed                   | invalid_type",
                "{\"prompt\": [5], \"stop\": [\"a\", \"\"]}                      | stop[1]                | invalid_value",
                "{\"prompt\": [5], \"stop\": [\"a\",\"b\",\"c\",\"d\",\"e\"]}    | stop                   | invalid_value",
                "{\"prompt\": [5], \"stop\": 7}                                  | stop                   | invalid_type",
                "{\"prompt\": [5], \"logprobs\": 6}                              | logprobs               | invalid_value",
                "{\"prompt\": [5], \"logprobs\": true}                           | logprobs               | invalid_type",
                "{\"prompt\": [5], \"presence_penalty\": 2.1}                    | presence_penalty       | invalid_value",
                "{\"prompt\": [5], \"frequency_penalty\": -2.1}                  | frequency_penalty      | invalid_value",
                "{\"prompt\": [5], \"repetition_penalty\": 0}                    | repetition_penalty     | invalid_value",
                "{\"prompt\": [5], \"logit_bias\": {\"x\": 1}}                   | logit_bias             | invalid_type",
                "{\"prompt\": [5], \"logit_bias\": {\"5\": 101}}                 | logit_bias[5]          | invalid_value",
                "{\"prompt\": [5], \"logit_bias\": {\"99999\": 1}}               | logit_bias             | invalid_value",
                "{\"prompt\": [5], \"logit_bias\": [1]}                          | logit_bias             | invalid_type",
                "{\"prompt\": [5], \"stream\": \"yes\"}                          | stream                 | invalid_type",
                "{\"prompt\": [5], \"stream_options\": {\"include_usage\": true}} | stream_options        | invalid_value",
                "{\"prompt\": [5], \"stream\": true, \"stream_options\": {\"x\": 1}} | stream_options.x   | unknown_parameter",
                "{\"prompt\": [5], \"speculation\": {\"mode\": \"fast\"}}        | speculation.mode       | invalid_type",
                "{\"prompt\": [5], \"speculation\": {\"budget\": 64}}            | speculation.budget     | invalid_value",
                "{\"prompt\": [5], \"speculation\": {\"budget\": -1}}            | speculation.budget     | invalid_value",
                "{\"prompt\": [5], \"speculation\": {\"drafters\": [\"no\"]}}    | speculation.drafters   | invalid_value",
                "{\"prompt\": [5], \"speculation\": {\"drafters\": [null]}}      | speculation.drafters[0] | missing_required_parameter",
                "{\"prompt\": [5], \"speculation\": {\"fast\": true}}            | speculation.fast       | unknown_parameter",
                "{\"prompt\": [5], \"speculation\": \"on\"}                      | speculation            | invalid_type",
                "{\"prompt\": [5], \"prompt\": [6]}                              |                        | invalid_json",
                "{\"prompt\": [5]} more                                          |                        | invalid_json",
                "{\"prompt\": [5                                                 | prompt                 | invalid_json",
                "[]                                                              |                        | invalid_type",
                "''                                                              |                        | invalid_json",
            })
    void refusesByName(String body, String param, String code) {
        long before = target.passes();
        assertError(send("/v1/completions", body), 400, param, code);
        assertThat(target.passes()).as("no pass is spent on a bad request").isEqualTo(before);
    }

    @Test
    void acceptsWhatAsksForNothing() {
        complete("\"best_of\": 1, \"echo\": false, \"suffix\": null, \"user\": \"me\", \"stop\": null, \"n\": null, "
                + "\"stream\": false, \"logit_bias\": {}, \"logprobs\": null, \"speculation\": {}");
    }

    @Test
    void namesTheNumbersOfAPromptThatIsTooLong() {
        String prompt = "int x = 0; ".repeat(40);
        MockHttpServletResponse response = send("/v1/completions", "{\"prompt\": \"" + prompt + "\"}");
        assertError(response, 400, "prompt", "context_length_exceeded");
        int tokens = tokenizer.encode(prompt, true).length;
        assertThat(body(response).path("error").path("message").stringValue())
                .contains("64 tokens")
                .contains(tokens + " tokens");
    }

    @Test
    void refusesAnotherModel() {
        assertError(send("/v1/completions", "{\"prompt\": [5], \"model\": \"gpt\"}"), 404, "model", "model_not_found");
        complete("\"model\": \"scripted\"");
    }

    @Test
    void listsModels() {
        JsonNode models = body(http.get().uri("/v1/models").exchange().getResponse());
        assertThat(models.path("object").stringValue()).isEqualTo("list");
        assertThat(models.path("data").path(0)).isEqualTo(json("""
                {"id": "scripted", "object": "model", "created": 1, "owned_by": "triptych"}"""));
        assertThat(body(http.get().uri("/v1/models/scripted").exchange().getResponse()))
                .isEqualTo(models.path("data").path(0));
        assertError(http.get().uri("/v1/models/other").exchange().getResponse(), 404, "model", "model_not_found");
    }

    @Test
    void errorsOfTheExchangeHaveTheSameShape() {
        assertError(http.get().uri("/v1/nothing").exchange().getResponse(), 404, null, "unknown_url");
        assertError(http.get().uri("/v1/completions").exchange().getResponse(), 405, null, "method_not_allowed");
        assertError(
                http.post()
                        .uri("/v1/completions")
                        .contentType(MediaType.TEXT_PLAIN)
                        .content("x")
                        .exchange()
                        .getResponse(),
                415,
                null,
                "unsupported_media_type");
    }

    private JsonNode complete(String parameters) {
        return post("/v1/completions", "{\"prompt\": [5], " + parameters + "}");
    }

    private JsonNode post(String uri, String content) {
        MockHttpServletResponse response = send(uri, content);
        assertThat(response.getStatus()).as(content + body(response)).isEqualTo(200);
        return body(response);
    }

    private List<JsonNode> stream(String parameters) {
        MockHttpServletResponse response =
                send("/v1/completions", "{\"prompt\": [5], \"stream\": true, " + parameters + "}");
        List<JsonNode> chunks = new ArrayList<>();
        for (String event : events(response)) {
            assertThat(event).startsWith("data: {").doesNotContain("\n");
            chunks.add(json(event.substring("data: ".length())));
        }
        return chunks;
    }

    private MockHttpServletResponse send(String uri, String content) {
        return ApiAnswers.post(http, uri, content);
    }

    private static String text(JsonNode answer) {
        return answer.path("choices").path(0).path("text").asString("");
    }

    private static String finish(JsonNode answer) {
        JsonNode reason = answer.path("choices").path(0).path("finish_reason");
        return reason.isString() ? reason.stringValue() : null;
    }
}
