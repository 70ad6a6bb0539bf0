package io.triptych.image.web;

import static io.triptych.openai.ApiAnswers.assertError;
import static io.triptych.openai.ApiAnswers.body;
import static io.triptych.openai.ApiAnswers.content;
import static io.triptych.openai.ApiAnswers.events;
import static io.triptych.openai.ApiAnswers.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.triptych.image.ImageModel;
import io.triptych.image.ScriptedImages;
import io.triptych.openai.ApiAnswers;
import io.triptych.speculation.ScriptedTarget;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Import;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import tools.jackson.databind.JsonNode;

@WebMvcTest
@Import({ScriptedImages.class, WebConfiguration.class})
class ImageApiTest {
    private static final String PATH = "/v1/images/generations";
    private static final String PROMPT = "a red circle";
    private static final int TOKENS = ScriptedImages.GRID * ScriptedImages.GRID;

    /** The scripted token is certain, or likely enough that seeds matter. */
    private static final float SURE = 40;

    private static final float LIKELY = 3;

    @Autowired
    private MockMvcTester http;

    @Autowired
    private ScriptedTarget target;

    @Autowired
    private ImageModel model;

    @BeforeEach
    void say() {
        target.say(ScriptedImages.script(), SURE);
    }

    @Test
    void answersWithTheImageAndAnAccount() {
        JsonNode answer = generate("\"seed\": 5");
        BufferedImage image = image(answer, 0);
        assertThat(image.getWidth()).isEqualTo(2 * ScriptedImages.GRID);
        assertThat(codes(image)).isEqualTo(script());

        assertThat(answer.path("created").longValue()).isPositive();
        assertThat(answer.path("background").stringValue()).isEqualTo("opaque");
        assertThat(answer.path("output_format").stringValue()).isEqualTo("png");
        assertThat(answer.path("size").stringValue()).isEqualTo("16x16");
        int prompt = model.prompt(PROMPT).length;
        assertThat(answer.path("usage")).isEqualTo(json("""
                {"input_tokens": %d, "input_tokens_details": {"image_tokens": 0, "text_tokens": %d},
                 "output_tokens": 64, "output_tokens_details": {"image_tokens": 64, "text_tokens": 0},
                 "total_tokens": %d}""".formatted(prompt, prompt, prompt + TOKENS)));

        assertThat(answer.path("data").path(0).propertyNames()).containsExactlyInAnyOrder("b64_json", "speculation");
        JsonNode account = account(answer, 0);
        assertThat(account.path("contract").stringValue()).isEqualTo("exact");
        assertThat(account.path("seed").longValue()).isEqualTo(5);
        assertThat(account.path("tokens").intValue()).isEqualTo(TOKENS);
        assertThat(account.path("passes").intValue()).isLessThan(TOKENS / 2);
        assertThat(account.path("drafters").path("jacobi").path("drafted")).isEqualTo(account.path("drafted"));
        assertThat(account.path("seconds").doubleValue()).isPositive();
        assertThat(account.has("trace")).isFalse();
        assertThat(account.has("bound")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"exact, exact", "distribution, distribution", "relaxed, relaxed", "off, exact"})
    void declaresTheContract(String mode, String contract) {
        JsonNode answer = generate("\"speculation\": {\"mode\": \"" + mode + "\"}");
        assertThat(account(answer, 0).path("contract").stringValue()).isEqualTo(contract);
        // a relaxed image may take a code's neighbour for it
        int likeness = contract.equals("relaxed") ? ScriptedImages.NEIGHBOURS : 1;
        assertThat(codes(answer, 0).stream().map(code -> code / likeness))
                .isEqualTo(script().stream().map(code -> code / likeness).toList());
        assertThat(account(answer, 0).path("bound").asDouble(-1)).isEqualTo(contract.equals("relaxed") ? 0.25 : -1);
        assertThat(account(answer, 0).path("drafted").intValue() == 0).isEqualTo(mode.equals("off"));
    }

    @Test
    void offersPlainJacobiDecodingUnderDistribution() {
        target.say(ScriptedImages.script(), LIKELY);
        String seeded = "\"seed\": 1, \"speculation\": {\"mode\": \"distribution\", \"drafters\": [\"%s\"]}";
        JsonNode plain = generate(seeded.formatted("sjd"));
        JsonNode coupled = generate(seeded.formatted("jacobi"));
        assertThat(account(plain, 0).path("accepted").intValue()).isPositive();
        assertThat(codes(plain, 0)).isNotEqualTo(codes(coupled, 0));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4, 63})
    void sameSeedSameImageWithSpeculationOnAndOff(int window) {
        target.say(ScriptedImages.script(), LIKELY);
        Set<List<Integer>> images = new HashSet<>();
        for (int seed = 0; seed < 4; seed++) {
            JsonNode on = generate("\"seed\": " + seed + ", \"speculation\": {\"budget\": " + window + "}");
            JsonNode off = generate("\"seed\": " + seed + ", \"speculation\": {\"mode\": \"off\"}");
            assertThat(codes(on, 0)).isEqualTo(codes(off, 0));
            assertThat(account(off, 0).path("passes").intValue()).isEqualTo(TOKENS);
            images.add(codes(on, 0));
        }
        assertThat(images).as("seeds matter").hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"exact", "distribution", "relaxed", "off"})
    void eachImageHasASeedThatMakesItAgainAlone(String mode) {
        target.say(ScriptedImages.script(), LIKELY);
        String speculation = ", \"speculation\": {\"mode\": \"" + mode + "\"}";
        JsonNode answer = generate("\"n\": 3, \"seed\": 4" + speculation);
        assertThat(answer.path("data").size()).isEqualTo(3);
        assertThat(answer.path("usage").path("output_tokens").intValue()).isEqualTo(3 * TOKENS);
        Set<List<Integer>> images = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            long seed = account(answer, i).path("seed").longValue();
            assertThat(seed).isBetween(0L, (1L << 53) - 1);
            JsonNode alone = generate("\"seed\": " + seed + speculation);
            assertThat(codes(alone, 0)).isEqualTo(codes(answer, i));
            images.add(codes(alone, 0));
        }
        assertThat(images).hasSize(3);
        assertThat(account(answer, 0).path("seed").longValue()).isEqualTo(4);
    }

    @Test
    void allImagesAreMadeInTheSamePasses() {
        long before = target.passes();
        generate("\"n\": 4, \"speculation\": {\"mode\": \"off\"}");
        assertThat(target.passes() - before).isEqualTo(TOKENS);
    }

    @Test
    void tellsTheSeedThatItDrew() {
        target.say(ScriptedImages.script(), LIKELY);
        JsonNode first = generate("\"n\": 1");
        long seed = account(first, 0).path("seed").longValue();
        assertThat(codes(generate("\"seed\": " + seed), 0)).isEqualTo(codes(first, 0));
        assertThat(account(generate("\"n\": 1"), 0).path("seed").longValue()).isNotEqualTo(seed);
    }

    @Test
    void samplesAsAsked() {
        target.say(ScriptedImages.script(), LIKELY);
        List<Integer> script = codes(generate("\"temperature\": 0"), 0);
        assertThat(script).isEqualTo(script());
        for (String sampling : List.of("\"top_k\": 1", "\"top_p\": 0.001", "\"min_p\": 1")) {
            assertThat(codes(generate(sampling + ", \"seed\": 1"), 0))
                    .as(sampling)
                    .isEqualTo(script);
        }
        assertThat(codes(generate("\"seed\": 1"), 0)).isNotEqualTo(script);
        // The scripted target says the same without a prompt, and more guidance of nothing changes nothing.
        assertThat(codes(generate("\"seed\": 1, \"guidance_scale\": 7"), 0))
                .isEqualTo(codes(generate("\"seed\": 1, \"guidance_scale\": 1"), 0));
    }

    @Test
    void aNegativePromptStandsInTheUnconditionalRow() {
        // It is longer than the prompt, so that the scripted target says other things there.
        target.say(ScriptedImages.script(), LIKELY);
        assertThat(codes(generate("\"seed\": 1, \"negative_prompt\": \"a large blue striped square\""), 0))
                .isNotEqualTo(codes(generate("\"seed\": 1"), 0));
        assertThat(codes(
                        generate("\"seed\": 1, \"negative_prompt\": \"a large blue square\", \"guidance_scale\": 1"),
                        0))
                .isEqualTo(codes(generate("\"seed\": 1, \"guidance_scale\": 1"), 0));
    }

    @Test
    void keepsWhatMakesTheImageAgainInThePng() {
        JsonNode answer = generate(
                "\"seed\": 5, \"n\": 2, \"negative_prompt\": \"gr\u00fcn \u5706\", \"temperature\": 0.5, \"top_k\": 9");
        long seed = account(answer, 1).path("seed").longValue();
        assertThat(PngTexts.of(file(answer, 1)))
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("Software", "Triptych"),
                        Map.entry("prompt", PROMPT),
                        Map.entry("negative_prompt", "gr\u00fcn \u5706"),
                        Map.entry("seed", Long.toString(seed)),
                        Map.entry("contract", "exact"),
                        Map.entry("model", "scripted"),
                        Map.entry("guidance_scale", "3.0"),
                        Map.entry("temperature", "0.5"),
                        Map.entry("top_k", "9"),
                        Map.entry("top_p", "1.0"),
                        Map.entry("min_p", "0.0")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpeg", "webp"})
    void givesAUrlThatServesTheFile(String format) throws IOException {
        String parameters = "\"seed\": 5, \"output_format\": \"" + format + "\"";
        byte[] direct = file(generate(parameters), 0);
        JsonNode answer = generate(parameters + ", \"response_format\": \"url\"");
        assertThat(answer.path("output_format").stringValue()).isEqualTo(format);
        assertThat(answer.path("data").path(0).propertyNames()).containsExactlyInAnyOrder("url", "speculation");
        URI url = URI.create(answer.path("data").path(0).path("url").stringValue());
        assertThat(url.getScheme()).isEqualTo("http");
        MockHttpServletResponse served =
                http.get().uri(url.getPath()).exchange().getResponse();
        assertThat(served.getContentType()).isEqualTo("image/" + format);
        assertThat(served.getContentAsByteArray()).isEqualTo(direct);
        assertThat(ImageIO.read(new ByteArrayInputStream(direct)).getWidth()).isEqualTo(16);
        assertError(http.get().uri(url.getPath() + "x").exchange().getResponse(), 404, null, "file_not_found");
    }

    @Test
    void compressesAsAsked() {
        assertThat(file(generate("\"output_format\": \"jpeg\", \"output_compression\": 5"), 0).length)
                .isLessThan(file(generate("\"output_format\": \"jpeg\""), 0).length);
    }

    @Test
    void streamsPreviewsOfCommittedRowsAndThenTheImage() {
        JsonNode whole = generate("\"seed\": 5");
        for (int previews = 0; previews <= 3; previews++) {
            List<JsonNode> events = stream("\"seed\": 5, \"partial_images\": " + previews);
            assertThat(events).hasSize(previews + 1);
            int rowsBefore = 0;
            for (int i = 0; i < previews; i++) {
                JsonNode event = events.get(i);
                assertThat(event.propertyNames())
                        .containsExactlyInAnyOrder(
                                "type",
                                "index",
                                "partial_image_index",
                                "b64_json",
                                "created_at",
                                "size",
                                "quality",
                                "background",
                                "output_format");
                assertThat(event.path("type").stringValue()).isEqualTo("image_generation.partial_image");
                assertThat(event.path("partial_image_index").intValue()).isEqualTo(i);
                rowsBefore = assertBegun(event, rowsBefore);
            }
            JsonNode completed = events.get(previews);
            assertThat(completed.path("type").stringValue()).isEqualTo("image_generation.completed");
            assertThat(completed.path("b64_json"))
                    .isEqualTo(whole.path("data").path(0).path("b64_json"));
            assertThat(completed.path("usage")).isEqualTo(whole.path("usage"));
            assertThat(completed.path("speculation").path("seed").longValue()).isEqualTo(5);
            assertThat(completed.path("speculation").path("tokens").intValue()).isEqualTo(TOKENS);
        }
    }

    /** Some rows are those of the image, more than before; all others are gray. */
    private int assertBegun(JsonNode event, int rowsBefore) {
        BufferedImage preview = picture(event.path("b64_json"));
        List<Integer> codes = codes(preview);
        int rows = 0;
        while (rows < ScriptedImages.GRID
                && codes.get(rows * ScriptedImages.GRID).equals(script().get(rows * ScriptedImages.GRID))) {
            rows++;
        }
        assertThat(rows).isGreaterThan(rowsBefore).isLessThan(ScriptedImages.GRID);
        for (int y = 0; y < 2 * ScriptedImages.GRID; y++) {
            for (int x = 0; x < 2 * ScriptedImages.GRID; x++) {
                if (y < 2 * rows) {
                    assertThat(codes.get(y / 2 * ScriptedImages.GRID + x / 2))
                            .isEqualTo(script().get(y / 2 * ScriptedImages.GRID + x / 2));
                } else {
                    assertThat(preview.getRGB(x, y)).isEqualTo(0xff808080);
                }
            }
        }
        return rows;
    }

    @Test
    void aFirstPreviewComesWithinAThirdOfThePasses() {
        for (int previews = 1; previews <= 3; previews++) {
            List<String> lines = content(send("\"stream\": true, \"seed\": 5, \"partial_images\": " + previews
                            + ", \"speculation\": {\"mode\": \"off\"}"))
                    .lines()
                    .toList();
            int passes = 0;
            int first = 0;
            for (String line : lines) {
                passes += line.startsWith(": ") ? 1 : 0;
                first = first == 0 && line.startsWith("event: image_generation.partial_image") ? passes : first;
            }
            assertThat(passes).isEqualTo(TOKENS);
            assertThat(first).isBetween(1, TOKENS / 3);
        }
    }

    @Test
    void streamsSeveralImages() {
        target.say(ScriptedImages.script(), LIKELY);
        JsonNode whole = generate("\"seed\": 5, \"n\": 2");
        List<JsonNode> events = stream("\"seed\": 5, \"n\": 2, \"partial_images\": 2");
        assertThat(events).hasSize(6);
        for (JsonNode event : events) {
            if (event.path("type").stringValue().equals("image_generation.completed")) {
                JsonNode same = whole.path("data").path(event.path("index").intValue());
                assertThat(event.path("b64_json")).isEqualTo(same.path("b64_json"));
                assertThat(event.path("speculation").path("seed"))
                        .isEqualTo(same.path("speculation").path("seed"));
            }
        }
        assertThat(events.stream()
                        .map(event -> event.path("type").stringValue()
                                + event.path("index").intValue()
                                + event.path("partial_image_index")))
                .doesNotHaveDuplicates();
    }

    @Test
    void tracesInWhichPassEveryTokenWasAccepted() {
        target.say(ScriptedImages.script(), LIKELY);
        String traced = "\"seed\": 5, \"n\": 2, \"speculation\": {\"trace\": true}";
        JsonNode answer = generate(traced);
        for (int i = 0; i < 2; i++) {
            List<Integer> tokens = new ArrayList<>();
            int pass = 0;
            for (JsonNode trace : account(answer, i).path("trace")) {
                assertThat(trace.path("index").intValue()).isEqualTo(i);
                assertThat(trace.path("pass").intValue()).isEqualTo(++pass);
                trace.path("tokens")
                        .forEach(token -> tokens.add(token.path("id").intValue()));
                JsonNode last = trace.path("tokens").path(trace.path("tokens").size() - 1);
                assertThat(last.path("source").stringValue()).isEqualTo("target");
                assertThat(last.has("text")).isFalse();
                trace.path("rejected")
                        .forEach(node ->
                                assertThat(node.path("source").stringValue()).isEqualTo("jacobi"));
            }
            assertThat(tokens).isEqualTo(codes(answer, i));
            assertThat(account(answer, i).path("passes").intValue()).isEqualTo(pass);
        }
        JsonNode completed = stream(traced.replace("\"n\": 2", "\"n\": 1")).get(0);
        assertThat(completed.path("speculation").path("trace"))
                .isEqualTo(account(answer, 0).path("trace"));
    }

    @Test
    void aFailureOfTheEngineIsAnErrorAndNotTheEnd() {
        target.say(new int[0], SURE);
        assertError(send("\"n\": 1"), 500, null, "internal_error");
        assertError(send("\"stream\": true"), 500, null, "internal_error");
        target.say(ScriptedImages.script(), SURE);
        assertThat(codes(generate("\"temperature\": 0"), 0)).isEqualTo(script());
        assertThat(target.openSessions()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                                        | prompt              | missing_required_parameter",
                "{\"prompt\": \"\"}                                        | prompt              | invalid_value",
                "{\"prompt\": [5]}                                         | prompt              | invalid_type",
                "{\"prompt\": \"x\", \"foo\": 1}                           | foo                 | unknown_parameter",
                "{\"prompt\": \"x\", \"messages\": []}                     | messages            | unknown_parameter",
                "{\"prompt\": \"x\", \"background\": \"transparent\"}      | background          | unsupported_parameter",
                "{\"prompt\": \"x\", \"complexity\": \"low\"}              | complexity          | unsupported_parameter",
                "{\"prompt\": \"x\", \"frame_count\": 2}                   | frame_count         | unsupported_parameter",
                "{\"prompt\": \"x\", \"frame_duration_ms\": 2}             | frame_duration_ms   | unsupported_parameter",
                "{\"prompt\": \"x\", \"moderation\": \"high\"}             | moderation          | unsupported_parameter",
                "{\"prompt\": \"x\", \"quality\": \"hd\"}                  | quality             | unsupported_parameter",
                "{\"prompt\": \"x\", \"style\": \"vivid\"}                 | style               | unsupported_parameter",
                "{\"prompt\": \"x\", \"svg\": {}}                          | svg                 | unsupported_parameter",
                "{\"prompt\": \"x\", \"size\": \"1024x1024\"}              | size                | invalid_value",
                "{\"prompt\": \"x\", \"size\": 16}                         | size                | invalid_type",
                "{\"prompt\": \"x\", \"n\": 0}                             | n                   | invalid_value",
                "{\"prompt\": \"x\", \"n\": 9}                             | n                   | invalid_value",
                "{\"prompt\": \"x\", \"n\": 1.5}                           | n                   | invalid_type",
                "{\"prompt\": \"x\", \"response_format\": \"file\"}        | response_format     | invalid_type",
                "{\"prompt\": \"x\", \"stream\": true, \"response_format\": \"url\"} | response_format | invalid_value",
                "{\"prompt\": \"x\", \"output_format\": \"gif\"}           | output_format       | invalid_type",
                "{\"prompt\": \"x\", \"output_compression\": 50}           | output_compression  | invalid_value",
                "{\"prompt\": \"x\", \"output_format\": \"jpeg\", \"output_compression\": 101} | output_compression | invalid_value",
                "{\"prompt\": \"x\", \"partial_images\": 1}                | partial_images      | invalid_value",
                "{\"prompt\": \"x\", \"stream\": true, \"partial_images\": 4} | partial_images   | invalid_value",
                "{\"prompt\": \"x\", \"stream\": \"yes\"}                  | stream              | invalid_type",
                "{\"prompt\": \"x\", \"seed\": \"7\"}                      | seed                | invalid_type",
                "{\"prompt\": \"x\", \"guidance_scale\": -1}               | guidance_scale      | invalid_value",
                "{\"prompt\": \"x\", \"guidance_scale\": 101}              | guidance_scale      | invalid_value",
                "{\"prompt\": \"x\", \"negative_prompt\": 5}               | negative_prompt     | invalid_type",
                "{\"prompt\": \"x\", \"temperature\": 2.1}                 | temperature         | invalid_value",
                "{\"prompt\": \"x\", \"top_p\": 0}                         | top_p               | invalid_value",
                "{\"prompt\": \"x\", \"top_k\": -1}                        | top_k               | invalid_value",
                "{\"prompt\": \"x\", \"min_p\": 1.1}                       | min_p               | invalid_value",
                "{\"prompt\": \"x\", \"speculation\": {\"mode\": \"fast\"}} | speculation.mode   | invalid_type",
                "{\"prompt\": \"x\", \"speculation\": {\"budget\": 64}}    | speculation.budget  | invalid_value",
                "{\"prompt\": \"x\", \"speculation\": {\"fast\": true}}    | speculation.fast    | unknown_parameter",
                "{\"prompt\": \"x\", \"speculation\": {\"drafters\": [\"no\"]}} | speculation.drafters | invalid_value",
                "{\"prompt\": \"x\", \"speculation\": {\"drafters\": [\"sjd\"]}} | speculation.drafters | invalid_value",
                "{\"prompt\": \"x\", \"speculation\": {\"mode\": \"distribution\", \"drafters\": [\"sjd\", \"jacobi\"]}} | speculation.drafters | invalid_value",
                "{\"prompt\": \"x\"                                        |                     | invalid_json",
            })
    void refusesByName(String body, String param, String code) {
        long before = target.passes();
        assertError(ApiAnswers.post(http, PATH, body), 400, param, code);
        assertThat(target.passes()).as("no pass is spent on a bad request").isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"prompt", "negative_prompt"})
    void namesTheNumbersOfAPromptThatIsTooLong(String param) {
        String longPrompt = "a ring, ".repeat(20);
        String body = param.equals("prompt")
                ? "{\"prompt\": \"" + longPrompt + "\"}"
                : "{\"prompt\": \"x\", \"negative_prompt\": \"" + longPrompt + "\"}";
        MockHttpServletResponse response = ApiAnswers.post(http, PATH, body);
        assertError(response, 400, param, "context_length_exceeded");
        assertThat(body(response).path("error").path("message").stringValue())
                .contains("leaves " + ScriptedImages.PROMPT_ROOM)
                .contains(model.prompt(longPrompt).length + " tokens");
    }

    @Test
    void acceptsWhatAsksForNothing() {
        generate("\"background\": \"auto\", \"moderation\": \"low\", \"quality\": \"standard\", \"style\": null, "
                + "\"user\": \"me\", \"safety_identifier\": \"me\", \"frame_count\": 1, \"size\": \"auto\", "
                + "\"output_compression\": 100, \"partial_images\": 0, \"stream\": false, \"n\": null, "
                + "\"model\": \"scripted\", \"speculation\": {}");
        generate("\"size\": \"16x16\", \"background\": \"opaque\", \"quality\": \"auto\", \"moderation\": \"auto\"");
    }

    @Test
    void refusesAnotherModel() {
        assertError(send("\"model\": \"gpt-image-1\""), 404, "model", "model_not_found");
    }

    @Test
    void listsModels() {
        assertThat(body(http.get().uri("/v1/models").exchange().getResponse())
                        .path("data")
                        .path(0)
                        .path("id")
                        .stringValue())
                .isEqualTo("scripted");
    }

    /** The codes that the scripted target says after the prompt. */
    private List<Integer> script() {
        return Arrays.stream(ScriptedImages.script())
                .boxed()
                .skip(model.prompt(PROMPT).length - 1L)
                .limit(TOKENS)
                .toList();
    }

    private JsonNode generate(String parameters) {
        MockHttpServletResponse response = send(parameters);
        assertThat(response.getStatus()).as(parameters + content(response)).isEqualTo(200);
        return body(response);
    }

    private MockHttpServletResponse send(String parameters) {
        return ApiAnswers.post(http, PATH, "{\"prompt\": \"" + PROMPT + "\", " + parameters + "}");
    }

    private List<JsonNode> stream(String parameters) {
        List<JsonNode> told = new ArrayList<>();
        for (String event : events(send("\"stream\": true, " + parameters))) {
            String[] lines = event.split("\n");
            assertThat(lines).hasSize(2);
            JsonNode data = json(lines[1].substring("data: ".length()));
            assertThat(lines[0]).isEqualTo("event: " + data.path("type").stringValue());
            told.add(data);
        }
        return told;
    }

    private static JsonNode account(JsonNode answer, int image) {
        return answer.path("data").path(image).path("speculation");
    }

    private static byte[] file(JsonNode answer, int image) {
        return Base64.getDecoder()
                .decode(answer.path("data").path(image).path("b64_json").stringValue());
    }

    private static BufferedImage image(JsonNode answer, int image) {
        return picture(answer.path("data").path(image).path("b64_json"));
    }

    private static BufferedImage picture(JsonNode base64) {
        try {
            return ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(base64.stringValue())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Integer> codes(JsonNode answer, int image) {
        return codes(image(answer, image));
    }

    /** Reads the codes of a picture from their colours. */
    private static List<Integer> codes(BufferedImage image) {
        List<Integer> codes = new ArrayList<>();
        for (int i = 0; i < TOKENS; i++) {
            int rgb = image.getRGB(i % ScriptedImages.GRID * 2, i / ScriptedImages.GRID * 2);
            codes.add((rgb >> 16 & 0xff) / 4);
        }
        return codes;
    }
}
