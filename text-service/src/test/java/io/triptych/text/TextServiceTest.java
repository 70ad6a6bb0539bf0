package io.triptych.text;

import static io.triptych.openai.ApiAnswers.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonNumber;
import com.openai.core.JsonObject;
import com.openai.core.JsonString;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionChoice;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.models.Model;
import io.triptych.openai.ApiAnswers;
import io.triptych.openai.SpeculationRequest;
import io.triptych.sampling.SamplingParameters;
import io.triptych.serving.Generator;
import io.triptych.serving.Job;
import io.triptych.serving.NativeHeap;
import io.triptych.text.TextRequest.Prompt;
import io.triptych.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/** The whole service with the default checkpoint, asked by OpenAI's own client. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class TextServiceTest {
    private static final String PROMPT =
            "public class Circle {\n    private final double radius;\n\n    public double ";

    @TempDir
    private static Path directory;

    @DynamicPropertySource
    static void store(DynamicPropertyRegistry registry) {
        registry.add("triptych.text.store", () -> directory.resolve("store").toString());
    }

    @LocalServerPort
    private int port;

    @Autowired
    private Generator<TextRequest, TextDelta> generator;

    @Autowired
    private Tokenizer tokenizer;

    private OpenAIClient client;

    @BeforeEach
    void connect() {
        client = OpenAIOkHttpClient.builder()
                .baseUrl("http://localhost:" + port + "/v1")
                .apiKey("none")
                .build();
    }

    @Test
    void completes() {
        Completion completion =
                client.completions().create(completion(40).temperature(0.0).build());
        assertThat(text(completion)).isNotBlank();
        assertThat(completion.choices().get(0).finishReason()).isEqualTo(CompletionChoice.FinishReason.LENGTH);
        assertThat(completion.usage().orElseThrow().completionTokens()).isEqualTo(40);
        Map<String, JsonValue> account = speculation(completion);
        assertThat(string(account, "contract")).isEqualTo("exact");
        assertThat(number(account, "tokens")).isEqualTo(40);
        assertThat(number(account, "seconds")).isPositive();
    }

    @Test
    void streams() {
        String whole = text(client.completions().create(completion(40).seed(3).build()));
        try (StreamResponse<Completion> stream =
                client.completions().createStreaming(completion(40).seed(3).build())) {
            List<Completion> chunks = stream.stream().toList();
            assertThat(chunks.stream().map(TextServiceTest::text).collect(Collectors.joining()))
                    .isEqualTo(whole);
            assertThat(speculation(chunks.get(chunks.size() - 1))).containsKey("tokens_per_pass");
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "0.8, 2", "0.8, 3", "1.0, 4", "1.0, 5"})
    void givesTheSameTextForTheSameSeedWithSpeculationOnAndOff(double temperature, long seed) {
        CompletionCreateParams.Builder request =
                completion(64).temperature(temperature).seed(seed);
        Completion off =
                client.completions().create(mode(request, Map.of("mode", "off")).build());
        // A fixed budget drafts whatever the clock says, so that there is something to be right about.
        Completion on = client.completions()
                .create(mode(request, Map.of("mode", "exact", "budget", 16)).build());
        assertThat(text(on)).isEqualTo(text(off));
        assertThat(number(speculation(off), "drafted")).isZero();
        assertThat(number(speculation(on), "drafted")).isPositive();
    }

    /** What begins and ends every text is forbidden. */
    private static final CompletionCreateParams.LogitBias UNENDING = CompletionCreateParams.LogitBias.builder()
            .putAdditionalProperty("0", JsonValue.from(-100))
            .build();

    @ParameterizedTest
    @CsvSource({"distribution", "relaxed"})
    void offersTheOtherContracts(String mode) {
        Completion completion = client.completions()
                .create(mode(completion(32).logitBias(UNENDING), Map.of("mode", mode, "budget", 8))
                        .build());
        assertThat(string(speculation(completion), "contract")).isEqualTo(mode);
        assertThat(number(speculation(completion), "tokens")).isEqualTo(32);
    }

    @Test
    void chats() {
        ChatCompletionCreateParams request = ChatCompletionCreateParams.builder()
                .model("triptych-text")
                .addUserMessage(PROMPT)
                .maxCompletionTokens(24)
                .seed(9)
                .build();
        ChatCompletion completion = client.chat().completions().create(request);
        String answer = completion.choices().get(0).message().content().orElseThrow();
        assertThat(answer).isNotBlank();
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(request)) {
            assertThat(stream.stream()
                            .flatMap(chunk -> chunk.choices().get(0).delta().content().stream())
                            .collect(Collectors.joining()))
                    .isEqualTo(answer);
        }
    }

    @Test
    void reportsErrorsThatTheClientCanRead() {
        CompletionCreateParams unknown = completion(1)
                .putAdditionalBodyProperty("colour", JsonValue.from("red"))
                .build();
        assertThatThrownBy(() -> client.completions().create(unknown))
                .isInstanceOfSatisfying(BadRequestException.class, e -> {
                    assertThat(e.param()).contains("colour");
                    assertThat(e.code()).contains("unknown_parameter");
                    assertThat(e.type()).contains("invalid_request_error");
                });
        assertThatThrownBy(() -> client.completions()
                        .create(completion(1).model("gpt-4o").build()))
                .isInstanceOfSatisfying(
                        NotFoundException.class, e -> assertThat(e.code()).contains("model_not_found"));
        assertThatThrownBy(() -> client.completions()
                        .createStreaming(completion(1).temperature(3.0).build()))
                .isInstanceOfSatisfying(
                        BadRequestException.class, e -> assertThat(e.param()).contains("temperature"));
    }

    @Test
    void listsItsModel() {
        assertThat(client.models().list().data()).extracting(Model::id).containsExactly("triptych-text");
        assertThat(client.models().retrieve("triptych-text").ownedBy()).isEqualTo("triptych");
    }

    @Test
    void isReadyAndSaysWhatItServes() throws Exception {
        JsonNode health = json(ApiAnswers.get(port, "/actuator/health/readiness"));
        assertThat(health.path("status").stringValue()).isEqualTo("UP");
        JsonNode details = health.path("components").path("speculation").path("details");
        assertThat(details.path("model").stringValue()).isEqualTo("triptych-text");
        assertThat(details.path("precision").stringValue()).isEqualTo("int8");
        assertThat(details.path("selfCheck").stringValue()).contains("same tokens");
        assertThat(details.path("waitPolicy").stringValue()).isEqualTo("passive");
        assertThat(json(ApiAnswers.get(port, "/actuator/health/liveness"))
                        .path("status")
                        .stringValue())
                .isEqualTo("UP");
        assertThat(json(ApiAnswers.get(port, "/actuator")).path("_links").propertyNames())
                .containsExactlyInAnyOrder("self", "health", "health-path", "info", "prometheus");
    }

    @Test
    void countsWhatSpeculationGains() throws Exception {
        client.completions().create(mode(completion(16), Map.of("budget", 8)).build());
        String metrics = ApiAnswers.get(port, "/actuator/prometheus");
        assertThat(metrics)
                .contains("triptych_passes_total{modality=\"text\"}")
                .contains("triptych_tokens_total{modality=\"text\"}")
                .contains("triptych_drafts_total{modality=\"text\"}")
                .contains("triptych_queue_depth{modality=\"text\"}")
                .contains("triptych_time_to_first_token_seconds_count{modality=\"text\"}")
                .contains("triptych_tokens_per_second_count{modality=\"text\"}")
                .containsPattern("triptych_draft_tokens_total\\{drafter=\"[a-z-]+\",modality=\"text\"\\}")
                .containsPattern("triptych_accepted_tokens_total\\{drafter=\"[a-z-]+\",modality=\"text\"\\}")
                .contains("triptych_accepted_per_position_total{modality=\"text\",position=\"1\"}");
    }

    @Test
    void documentsItself() throws Exception {
        JsonNode api = json(ApiAnswers.get(port, "/v3/api-docs"));
        assertThat(api.path("paths").propertyNames())
                .containsExactlyInAnyOrder("/v1/completions", "/v1/chat/completions", "/v1/models", "/v1/models/{id}");
        JsonNode request = api.path("components").path("schemas").path("CompletionRequest");
        assertThat(request.path("properties").propertyNames())
                .contains("prompt", "max_tokens", "top_p", "min_p", "logit_bias", "stream_options", "speculation");
        assertThat(request.path("properties")
                        .path("temperature")
                        .path("maximum")
                        .doubleValue())
                .isEqualTo(2);
        assertThat(request.path("required").toString()).isEqualTo("[\"prompt\"]");
        assertThat(request.path("properties").path("prompt").path("oneOf").size())
                .isEqualTo(4);
        assertThat(request.path("properties").path("prompt").has("$ref")).isFalse();
        assertThat(api.path("components").path("schemas").propertyNames())
                .contains("CompletionChoice", "ChatChoice", "ChatChunkChoice", "TracedToken", "ContentPart")
                .doesNotContain("Choice", "Token", "Logprobs");
        JsonNode mode = api.path("components")
                .path("schemas")
                .path("SpeculationRequest")
                .path("properties")
                .path("mode");
        assertThat(mode.path("enum").toString()).isEqualTo("[\"exact\",\"distribution\",\"relaxed\",\"off\"]");
        JsonNode responses =
                api.path("paths").path("/v1/completions").path("post").path("responses");
        assertThat(responses.propertyNames()).contains("200", "400", "429", "500");
        assertThat(responses.path("400").toString()).contains("#/components/schemas/ApiError");
    }

    /** Every request opens sessions, drafts, decodes and sometimes gives up; none of it may stay behind. */
    @Test
    void keepsNativeMemoryFlat() throws InterruptedException {
        NativeHeap.assertFlat(50, this::serve);
    }

    private void serve(int count) throws InterruptedException {
        int[] prompt = tokenizer.encode(PROMPT, true);
        SpeculationRequest.Mode[] modes = SpeculationRequest.Mode.values();
        for (int i = 0; i < count; i++) {
            TextRequest request = new TextRequest(
                    List.of(new Prompt(prompt, 6)),
                    1 + i % 2,
                    SamplingParameters.ofTemperature(i % 3 * 0.5),
                    i,
                    List.of(),
                    i % 5 - 1,
                    new SpeculationRequest(modes[i % modes.length], null, 8, false));
            Job job = generator.submit(request, delta -> {});
            if (i % 7 == 0) {
                job.cancel();
            } else {
                job.await();
            }
        }
    }

    private static CompletionCreateParams.Builder completion(long tokens) {
        return CompletionCreateParams.builder()
                .model("triptych-text")
                .prompt(PROMPT)
                .maxTokens(tokens);
    }

    private static CompletionCreateParams.Builder mode(
            CompletionCreateParams.Builder request, Map<String, Object> speculation) {
        return request.putAdditionalBodyProperty("speculation", JsonValue.from(speculation));
    }

    private static String text(Completion completion) {
        return completion.choices().get(0).text();
    }

    private static Map<String, JsonValue> speculation(Completion completion) {
        return ((JsonObject) completion._additionalProperties().get("speculation")).values();
    }

    private static double number(Map<String, JsonValue> account, String name) {
        return ((JsonNumber) account.get(name)).value().doubleValue();
    }

    private static String string(Map<String, JsonValue> account, String name) {
        return ((JsonString) account.get(name)).value();
    }
}
