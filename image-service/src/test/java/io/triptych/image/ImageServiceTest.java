package io.triptych.image;

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
import com.openai.models.images.Image;
import com.openai.models.images.ImageGenCompletedEvent;
import com.openai.models.images.ImageGenPartialImageEvent;
import com.openai.models.images.ImageGenStreamEvent;
import com.openai.models.images.ImageGenerateParams;
import com.openai.models.images.ImagesResponse;
import com.openai.models.models.Model;
import io.triptych.image.web.PngTexts;
import io.triptych.openai.ApiAnswers;
import io.triptych.openai.SpeculationRequest;
import io.triptych.serving.Generator;
import io.triptych.serving.Job;
import io.triptych.serving.NativeHeap;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** The whole service with the default checkpoint, asked by OpenAI's own client. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class ImageServiceTest {
    private static final String PROMPT = "a large red circle left of a small blue star on a white background";
    private static final int SIDE = 128;
    private static final int TOKENS = 256;

    @LocalServerPort
    private int port;

    @Autowired
    private Generator<ImageRequest, ImageEvent> generator;

    @Autowired
    private ImageModel model;

    private OpenAIClient client;

    @BeforeEach
    void connect() {
        client = OpenAIOkHttpClient.builder()
                .baseUrl("http://localhost:" + port + "/v1")
                .apiKey("none")
                .build();
    }

    @Test
    void generates() throws IOException {
        ImagesResponse response = client.images().generate(seeded(7).build());
        Image image = response.data().orElseThrow().get(0);
        byte[] file = file(image);
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(file));
        assertThat(picture.getWidth()).isEqualTo(SIDE);
        assertThat(picture.getHeight()).isEqualTo(SIDE);
        assertThat(PngTexts.of(file)).containsEntry("prompt", PROMPT).containsEntry("seed", "7");
        assertThat(response.outputFormat()).contains(ImagesResponse.OutputFormat.PNG);
        assertThat(response.background()).contains(ImagesResponse.Background.OPAQUE);
        assertThat(response.usage().orElseThrow().outputTokens()).isEqualTo(TOKENS);
        Map<String, JsonValue> account = speculation(image);
        assertThat(string(account, "contract")).isEqualTo("exact");
        assertThat(number(account, "seed")).isEqualTo(7);
        assertThat(number(account, "tokens")).isEqualTo(TOKENS);
    }

    @Test
    void streamsPartialImages() throws IOException {
        byte[] whole = file(only(seeded(3)));
        List<ImageGenPartialImageEvent> partial = new ArrayList<>();
        List<ImageGenCompletedEvent> completed = new ArrayList<>();
        try (StreamResponse<ImageGenStreamEvent> stream =
                client.images().generateStreaming(seeded(3).partialImages(2).build())) {
            stream.stream().forEach(event -> {
                event.generationPartialImage().ifPresent(partial::add);
                event.generationCompleted().ifPresent(completed::add);
            });
        }
        assertThat(partial)
                .extracting(ImageGenPartialImageEvent::partialImageIndex)
                .containsExactly(0L, 1L);
        for (ImageGenPartialImageEvent event : partial) {
            byte[] file = Base64.getDecoder().decode(event.b64Json());
            BufferedImage preview = ImageIO.read(new ByteArrayInputStream(file));
            assertThat(preview.getRGB(SIDE - 1, SIDE - 1)).isEqualTo(0xff808080);
            assertThat(event.outputFormat()).isEqualTo(ImageGenPartialImageEvent.OutputFormat.PNG);
            assertThat(event.quality()).isEqualTo(ImageGenPartialImageEvent.Quality.AUTO);
            assertThat(event.size().asString()).isEqualTo("128x128");
        }
        assertThat(completed).hasSize(1);
        assertThat(Base64.getDecoder().decode(completed.get(0).b64Json())).isEqualTo(whole);
        assertThat(completed.get(0).usage().outputTokens()).isEqualTo(TOKENS);
        assertThat(((JsonObject) completed.get(0)._allProperties().get("speculation")).values())
                .containsKey("tokens_per_pass");
    }

    @Test
    void servesFilesByUrl() throws Exception {
        ImageGenerateParams.Builder request = seeded(3)
                .putAdditionalBodyProperty("response_format", JsonValue.from("url"))
                .outputFormat(ImageGenerateParams.OutputFormat.WEBP)
                .outputCompression(80);
        String url = only(request).url().orElseThrow();
        HttpResponse<byte[]> served = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofByteArray());
        assertThat(served.statusCode()).isEqualTo(200);
        assertThat(served.headers().firstValue("Content-Type")).contains("image/webp");
        assertThat(ImageIO.read(new ByteArrayInputStream(served.body())).getWidth())
                .isEqualTo(SIDE);
    }

    /** The files are equal to the last byte, so the tokens are. */
    @ParameterizedTest
    @CsvSource({"1, 1.0, 4", "3, 1.0, 16", "5, 1.0, 32", "3, 0.5, 48", "3, 0, 16"})
    void givesTheSameImageForTheSameSeedWithSpeculationOnAndOff(double guidance, double temperature, int window) {
        ImageGenerateParams.Builder request = seeded(11)
                .putAdditionalBodyProperty("guidance_scale", JsonValue.from(guidance))
                .putAdditionalBodyProperty("temperature", JsonValue.from(temperature));
        Image off = only(mode(request, Map.of("mode", "off")));
        // A fixed window drafts whatever the clock says, so that there is something to be right about.
        Image on = only(mode(request, Map.of("mode", "exact", "budget", window)));
        assertThat(file(on)).isEqualTo(file(off));
        assertThat(number(speculation(off), "passes")).isEqualTo(TOKENS);
        assertThat(number(speculation(on), "passes")).isLessThan(TOKENS);
        assertThat(number(speculation(on), "accepted")).isPositive();
    }

    @Test
    void everyImageCanBeMadeAgainAlone() {
        List<Image> images =
                client.images().generate(seeded(5).n(3).build()).data().orElseThrow();
        assertThat(images).hasSize(3);
        for (Image image : images) {
            long seed = (long) number(speculation(image), "seed");
            assertThat(file(only(seeded(seed)))).isEqualTo(file(image));
        }
    }

    @ParameterizedTest
    @CsvSource({"distribution, jacobi", "distribution, sjd", "relaxed, jacobi"})
    void offersTheOtherContracts(String mode, String drafter) {
        Image image = only(mode(image(), Map.of("mode", mode, "drafters", List.of(drafter), "budget", 16)));
        assertThat(string(speculation(image), "contract")).isEqualTo(mode);
        assertThat(number(speculation(image), "tokens")).isEqualTo(TOKENS);
        assertThat(speculation(image).containsKey("bound")).isEqualTo(mode.equals("relaxed"));
    }

    @Test
    void reportsErrorsThatTheClientCanRead() {
        ImageGenerateParams unknown = image().putAdditionalBodyProperty("colour", JsonValue.from("red"))
                .build();
        assertThatThrownBy(() -> client.images().generate(unknown))
                .isInstanceOfSatisfying(BadRequestException.class, e -> {
                    assertThat(e.param()).contains("colour");
                    assertThat(e.code()).contains("unknown_parameter");
                    assertThat(e.type()).contains("invalid_request_error");
                });
        assertThatThrownBy(() ->
                        client.images().generate(image().model("gpt-image-1").build()))
                .isInstanceOfSatisfying(
                        NotFoundException.class, e -> assertThat(e.code()).contains("model_not_found"));
        assertThatThrownBy(() -> client.images()
                        .generateStreaming(image().size(ImageGenerateParams.Size._1024X1024)
                                .build()))
                .isInstanceOfSatisfying(
                        BadRequestException.class, e -> assertThat(e.param()).contains("size"));
    }

    @Test
    void listsItsModel() {
        assertThat(client.models().list().data()).extracting(Model::id).containsExactly("triptych-image");
    }

    @Test
    void isReadyAndSaysWhatItServes() throws Exception {
        JsonNode health = json(ApiAnswers.get(port, "/actuator/health/readiness"));
        assertThat(health.path("status").stringValue()).isEqualTo("UP");
        JsonNode details = health.path("components").path("speculation").path("details");
        assertThat(details.path("model").stringValue()).isEqualTo("triptych-image");
        assertThat(details.path("family").stringValue()).isEqualTo("janus");
        assertThat(details.path("size").stringValue()).isEqualTo("128x128");
        assertThat(details.path("selfCheck").stringValue()).contains("same tokens");
        assertThat(details.path("waitPolicy").stringValue()).isEqualTo("passive");
    }

    @Test
    void countsWhatSpeculationGains() throws Exception {
        only(mode(image(), Map.of("budget", 16)));
        String metrics = ApiAnswers.get(port, "/actuator/prometheus");
        assertThat(metrics)
                .contains("triptych_passes_total{modality=\"image\"}")
                .contains("triptych_tokens_total{modality=\"image\"}")
                .contains("triptych_drafts_total{modality=\"image\"}")
                .contains("triptych_queue_depth{modality=\"image\"}")
                .contains("triptych_time_to_first_token_seconds_count{modality=\"image\"}")
                .contains("triptych_tokens_per_second_count{modality=\"image\"}")
                .contains("triptych_draft_tokens_total{drafter=\"jacobi\",modality=\"image\"}")
                .contains("triptych_accepted_tokens_total{drafter=\"jacobi\",modality=\"image\"}")
                .contains("triptych_accepted_per_position_total{modality=\"image\",position=\"1\"}");
    }

    @Test
    void documentsItself() throws Exception {
        JsonNode api = json(ApiAnswers.get(port, "/v3/api-docs"));
        assertThat(api.path("paths").propertyNames())
                .containsExactlyInAnyOrder(
                        "/v1/images/generations", "/v1/images/files/{name}", "/v1/models", "/v1/models/{id}");
        JsonNode schemas = api.path("components").path("schemas");
        JsonNode request = schemas.path("GenerationRequest");
        assertThat(request.path("required").toString()).isEqualTo("[\"prompt\"]");
        JsonNode properties = request.path("properties");
        assertThat(properties.propertyNames())
                .contains(
                        "negative_prompt", "guidance_scale", "partial_images", "output_format", "seed", "speculation");
        assertThat(properties.path("partial_images").path("maximum").intValue()).isEqualTo(3);
        assertThat(properties.path("output_format").path("enum").toString()).isEqualTo("[\"png\",\"jpeg\",\"webp\"]");
        assertThat(schemas.propertyNames()).contains("GeneratedImage", "ImageStreamEvent", "ImagesResponse");
        JsonNode responses =
                api.path("paths").path("/v1/images/generations").path("post").path("responses");
        assertThat(responses.propertyNames()).contains("200", "400", "429", "500");
    }

    /** Every request opens sessions, drafts, decodes and mostly gives up; none of it may stay behind. */
    @Test
    void keepsNativeMemoryFlat() throws InterruptedException {
        NativeHeap.assertFlat(5, this::serve);
    }

    /** Of five requests the last is served to its end; the others are given up after some passes. */
    private void serve(int count) throws InterruptedException {
        int[] prompt = model.prompt(PROMPT);
        SpeculationRequest.Mode[] modes = SpeculationRequest.Mode.values();
        for (int i = 0; i < count; i++) {
            ImageRequest request = new ImageRequest(
                    prompt,
                    model.unconditional(prompt),
                    1 + i % 2,
                    1 + i % 3,
                    model.sampling(),
                    i,
                    i % 4,
                    new SpeculationRequest(modes[i % modes.length], null, 16, false));
            CountDownLatch passes = new CountDownLatch(1 + i % 7);
            Job job = generator.submit(request, event -> passes.countDown());
            if (i % 5 == 4) {
                job.await();
            } else {
                passes.await();
                job.cancel();
            }
        }
    }

    private static ImageGenerateParams.Builder image() {
        return ImageGenerateParams.builder().model("triptych-image").prompt(PROMPT);
    }

    private static ImageGenerateParams.Builder seeded(long seed) {
        return image().putAdditionalBodyProperty("seed", JsonValue.from(seed));
    }

    private Image only(ImageGenerateParams.Builder request) {
        return client.images().generate(request.build()).data().orElseThrow().get(0);
    }

    private static ImageGenerateParams.Builder mode(
            ImageGenerateParams.Builder request, Map<String, Object> speculation) {
        return request.putAdditionalBodyProperty("speculation", JsonValue.from(speculation));
    }

    private static byte[] file(Image image) {
        return Base64.getDecoder().decode(image.b64Json().orElseThrow());
    }

    private static Map<String, JsonValue> speculation(Image image) {
        return ((JsonObject) image._allProperties().get("speculation")).values();
    }

    private static double number(Map<String, JsonValue> account, String name) {
        return ((JsonNumber) account.get(name)).value().doubleValue();
    }

    private static String string(Map<String, JsonValue> account, String name) {
        return ((JsonString) account.get(name)).value();
    }
}
