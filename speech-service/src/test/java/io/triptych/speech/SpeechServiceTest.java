package io.triptych.speech;

import static io.triptych.openai.ApiAnswers.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.HttpResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.audio.speech.SpeechCreateParams;
import com.openai.models.audio.speech.SpeechCreateParams.ResponseFormat;
import com.openai.models.audio.speech.SpeechCreateParams.StreamFormat;
import com.openai.models.models.Model;
import io.triptych.openai.ApiAnswers;
import io.triptych.openai.SpeculationRequest;
import io.triptych.serving.Generator;
import io.triptych.serving.Job;
import io.triptych.serving.NativeHeap;
import io.triptych.speech.audio.AudioFormat;
import io.triptych.speech.audio.Programs;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** The whole service with a tiny random checkpoint, asked by OpenAI's own client. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = "triptych.speech.model=speech-service/src/test/resources/tiny-speech")
class SpeechServiceTest {
    private static final String INPUT = "Hello! One?";
    private static final int RATE = 16_000;

    @LocalServerPort
    private int port;

    @Autowired
    private Generator<SpeechRequest, SpeechEvent> generator;

    @Autowired
    private SpeechModel model;

    private OpenAIClient client;

    @BeforeEach
    void connect() {
        client = OpenAIOkHttpClient.builder()
                .baseUrl("http://localhost:" + port + "/v1")
                .apiKey("none")
                .build();
    }

    /** An answer: its body, and the extension in its header. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Answer(byte[] body, String type, JsonNode account) {}

    @ParameterizedTest
    @EnumSource
    void speaksInEveryFormat(AudioFormat format) throws Exception {
        SpeechCreateParams.Builder request = seeded(7).responseFormat(ResponseFormat.of(format.label()));
        Answer whole = ask(request);
        assertThat(whole.type()).isEqualTo(format.mediaType(RATE));
        assertThat(whole.account().path("seed").longValue()).isEqualTo(7);
        Answer streamed = ask(request.streamFormat(StreamFormat.AUDIO));
        assertThat(streamed.type()).isEqualTo(format.mediaType(RATE));
        double seconds = whole.account().path("audio_seconds").doubleValue();
        assertThat(seconds).isPositive();
        int samples = (int) Math.round(seconds * RATE);
        int filling = format == AudioFormat.AAC ? 2048 : format == AudioFormat.MP3 ? 575 : 0;
        assertThat(Programs.decode(whole.body(), format, RATE).length).isBetween(samples, samples + filling);
        assertThat(Programs.decode(streamed.body(), format, RATE).length).isBetween(samples, samples + filling);
    }

    /** The samples are equal to the last bit, so the codes are. */
    @ParameterizedTest
    @CsvSource({"heads, 0.9", "heads, 1.0", "previous, 0.6"})
    void givesTheSameSoundForTheSameSeedWithSpeculationOnAndOff(String drafter, double temperature) throws IOException {
        for (int seed = 0; seed < 2; seed++) {
            SpeechCreateParams.Builder request = seeded(seed)
                    .responseFormat(ResponseFormat.PCM)
                    .putAdditionalBodyProperty("temperature", JsonValue.from(temperature));
            Answer off = ask(mode(request, Map.of("mode", "off")));
            for (int group : new int[] {2, 7}) {
                Answer on = ask(mode(request, Map.of("mode", "exact", "drafters", List.of(drafter), "budget", group)));
                assertThat(on.body()).isEqualTo(off.body());
                assertThat(on.account().path("drafted").intValue()).isPositive();
                assertThat(on.account().path("depth_passes").intValue())
                        .isLessThanOrEqualTo(off.account().path("depth_passes").intValue());
                assertThat(on.account().path("backbone_passes"))
                        .isEqualTo(off.account().path("backbone_passes"));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"distribution", "relaxed"})
    void offersTheOtherContracts(String mode) throws IOException {
        Answer answer = ask(mode(seeded(1), Map.of("mode", mode)));
        assertThat(answer.account().path("contract").stringValue()).isEqualTo(mode);
        assertThat(answer.account().has("bound")).isEqualTo(mode.equals("relaxed"));
        assertThat(answer.account().path("audio_seconds").doubleValue()).isPositive();
    }

    @Test
    void voicesDiffer() throws Exception {
        byte[] ada = ask(seeded(1).voice("ada")).body();
        assertThat(ask(seeded(1).voice("ben")).body()).isNotEqualTo(ada);
        assertThat(ask(seeded(1).voice("ada")).body()).isEqualTo(ada);
        assertThat(json(ApiAnswers.get(port, "/v1/audio/voices")).path("data").size())
                .isEqualTo(2);
    }

    @Test
    void speaksSlowerWhenAsked() throws Exception {
        Answer usual = ask(seeded(1).responseFormat(ResponseFormat.PCM));
        Answer slow = ask(seeded(1).responseFormat(ResponseFormat.PCM).speed(0.5));
        assertThat(slow.body()).hasSize(2 * usual.body().length);
        assertThat(slow.account().path("audio_seconds").doubleValue())
                .isEqualTo(2 * usual.account().path("audio_seconds").doubleValue());
    }

    @Test
    void reportsErrorsThatTheClientCanRead() {
        assertThatThrownBy(() ->
                        client.audio().speech().create(speech().voice("alloy").build()))
                .isInstanceOfSatisfying(BadRequestException.class, e -> {
                    assertThat(e.param()).contains("voice");
                    assertThat(e.type()).contains("invalid_request_error");
                    assertThat(e.getMessage()).contains("ada", "ben");
                });
        assertThatThrownBy(() ->
                        client.audio().speech().create(speech().model("tts-1").build()))
                .isInstanceOfSatisfying(
                        NotFoundException.class, e -> assertThat(e.code()).contains("model_not_found"));
        assertThatThrownBy(() -> client.audio()
                        .speech()
                        .create(speech().instructions("whisper").build()))
                .isInstanceOfSatisfying(
                        BadRequestException.class, e -> assertThat(e.code()).contains("unsupported_parameter"));
    }

    @Test
    void listsItsModel() {
        assertThat(client.models().list().data()).extracting(Model::id).containsExactly("triptych-speech");
    }

    @Test
    void isReadyAndSaysWhatItServes() throws Exception {
        JsonNode health = json(ApiAnswers.get(port, "/actuator/health/readiness"));
        assertThat(health.path("status").stringValue()).isEqualTo("UP");
        JsonNode details = health.path("components").path("speculation").path("details");
        assertThat(details.path("family").stringValue()).isEqualTo("csm");
        assertThat(details.path("selfCheck").stringValue()).contains("same tokens");
        assertThat(details.path("voices").toString()).isEqualTo("[\"ada\",\"ben\"]");
        assertThat(details.path("drafters").toString()).isEqualTo("[\"heads\",\"previous\"]");
    }

    @Test
    void countsWhatItDoes() throws Exception {
        ask(mode(seeded(1), Map.of("drafters", List.of("heads"), "budget", 7)));
        assertThat(ApiAnswers.get(port, "/actuator/prometheus"))
                .contains("triptych_passes_total{modality=\"speech\"}")
                .contains("triptych_time_to_first_token_seconds_count{modality=\"speech\"}")
                .contains("triptych_real_time_factor_count{modality=\"speech\"}")
                .contains("triptych_draft_tokens_total{drafter=\"heads\",modality=\"speech\"}");
    }

    @Test
    void documentsItself() throws Exception {
        JsonNode api = json(ApiAnswers.get(port, "/v3/api-docs"));
        assertThat(api.path("paths").propertyNames())
                .containsExactlyInAnyOrder("/v1/audio/speech", "/v1/audio/voices", "/v1/models", "/v1/models/{id}");
        JsonNode schemas = api.path("components").path("schemas");
        JsonNode request = schemas.path("SpeechRequest");
        assertThat(request.path("required").toString()).isEqualTo("[\"input\"]");
        JsonNode properties = request.path("properties");
        assertThat(properties.propertyNames())
                .contains("voice", "response_format", "speed", "stream_format", "seed", "speculation");
        assertThat(properties.path("response_format").path("enum").toString())
                .isEqualTo("[\"mp3\",\"opus\",\"aac\",\"flac\",\"wav\",\"pcm\"]");
        assertThat(schemas.propertyNames()).contains("SpeechStreamEvent", "SpokenLine");
        assertThat(schemas.path("SpeechReport").path("properties").propertyNames())
                .contains("contract", "audio_seconds", "finish_reason", "backbone_passes", "depth_passes");
        JsonNode responses =
                api.path("paths").path("/v1/audio/speech").path("post").path("responses");
        assertThat(responses.propertyNames()).contains("200", "400", "429", "500");
    }

    /** Every request opens sessions and sounds, drafts and mostly gives up; none of it may stay behind. */
    @Test
    void keepsNativeMemoryFlat() throws InterruptedException {
        NativeHeap.assertFlat(5, this::serve);
    }

    /** Of five requests the last is served to its end; the others are given up after some pieces. */
    private void serve(int count) throws InterruptedException {
        List<SpeechRequest.Line> lines = model.lines(model.text().read(INPUT).utterances(), "ada").stream()
                .map(line -> new SpeechRequest.Line(line.words(), line.prompt(), 10))
                .toList();
        SpeculationRequest.Mode[] modes = SpeculationRequest.Mode.values();
        for (int i = 0; i < count; i++) {
            SpeechRequest request = new SpeechRequest(
                    lines, "", model.sampling(), i, new SpeculationRequest(modes[i % modes.length], null, 7, false));
            CountDownLatch pieces = new CountDownLatch(1 + i % 2);
            Job job = generator.submit(request, event -> pieces.countDown());
            if (i % 5 == 4) {
                job.await();
            } else {
                pieces.await();
                job.cancel();
            }
        }
    }

    private static SpeechCreateParams.Builder speech() {
        return SpeechCreateParams.builder()
                .model("triptych-speech")
                .voice("ada")
                .input(INPUT);
    }

    private static SpeechCreateParams.Builder seeded(long seed) {
        return speech().putAdditionalBodyProperty("seed", JsonValue.from(seed));
    }

    private static SpeechCreateParams.Builder mode(
            SpeechCreateParams.Builder request, Map<String, Object> speculation) {
        return request.putAdditionalBodyProperty("speculation", JsonValue.from(speculation));
    }

    private Answer ask(SpeechCreateParams.Builder request) throws IOException {
        try (HttpResponse response = client.audio().speech().create(request.build())) {
            return new Answer(
                    response.body().readAllBytes(),
                    response.headers().values("Content-Type").get(0),
                    json(response.headers().values("X-Triptych-Speculation").get(0)));
        }
    }
}
