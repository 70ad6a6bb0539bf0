package io.triptych.speech.web;

import static io.triptych.openai.ApiAnswers.assertError;
import static io.triptych.openai.ApiAnswers.body;
import static io.triptych.openai.ApiAnswers.content;
import static io.triptych.openai.ApiAnswers.events;
import static io.triptych.openai.ApiAnswers.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.triptych.openai.ApiAnswers;
import io.triptych.speculation.ScriptedTarget;
import io.triptych.speech.ScriptedSpeech;
import io.triptych.speech.SpeechModel;
import io.triptych.speech.SpeechRequest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Import;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@WebMvcTest
@Import({ScriptedSpeech.class, WebConfiguration.class})
class SpeechApiTest {
    private static final String PATH = "/v1/audio/speech";
    private static final String INPUT = "Hello world.";
    private static final int CODEBOOKS = ScriptedSpeech.CODEBOOKS;

    /** The scripted code is certain, or likely enough that seeds matter. */
    private static final float SURE = 40;

    private static final float LIKELY = 3;

    @Autowired
    private MockMvcTester http;

    @Autowired
    private ScriptedTarget target;

    @Autowired
    private SpeechModel model;

    @BeforeEach
    void say() {
        target.say(ScriptedSpeech.script(), SURE);
    }

    @Test
    void answersWithTheSoundAndAnAccount() {
        int frames = 20;
        endAfter(frames);
        MockHttpServletResponse response = pcm("\"seed\": 5");
        assertThat(response.getContentType()).isEqualTo("audio/pcm;rate=16000;channels=1;encoding=s16le");
        assertThat(codes(response)).isEqualTo(script(frames));
        JsonNode account = header(response);
        assertThat(account.path("contract").stringValue()).isEqualTo("exact");
        assertThat(account.path("seed").longValue()).isEqualTo(5);
        assertThat(account.path("tokens").intValue()).isEqualTo(frames * CODEBOOKS + 1);
        assertThat(account.path("audio_seconds").doubleValue()).isEqualTo(frames / 25.0);
        assertThat(account.path("real_time_factor").doubleValue()).isPositive();
        assertThat(account.path("backbone_passes").intValue()).isEqualTo(frames + 1);
        assertThat(account.path("depth_passes").intValue()).isBetween(frames, 3 * frames);
        assertThat(account.path("finish_reason").stringValue()).isEqualTo("stop");
        assertThat(account.path("drafters").path("previous").path("drafted")).isEqualTo(account.path("drafted"));
        assertThat(account.has("lines")).isFalse();
        assertThat(account.has("trace")).isFalse();
    }

    @Test
    void plainDecodingTakesAPassForEveryCode() {
        endAfter(10);
        JsonNode account = header(pcm("\"speculation\": {\"mode\": \"off\"}"));
        assertThat(account.path("passes").intValue()).isEqualTo(10 * CODEBOOKS + 1);
        assertThat(account.path("backbone_passes").intValue()).isEqualTo(11);
        assertThat(account.path("depth_passes").intValue()).isEqualTo(10 * (CODEBOOKS - 1));
        assertThat(account.path("drafted").intValue()).isZero();
    }

    /** A model that does not end is ended, and the answer says so. */
    @Test
    void endsWhatTakesLongerThanItsWords() {
        MockHttpServletResponse response = pcm("\"seed\": 5");
        int most = lines(INPUT).get(0).maximumFrames();
        assertThat(most).isBetween(50, 100);
        assertThat(codes(response)).isEqualTo(script(most));
        assertThat(header(response).path("finish_reason").stringValue()).isEqualTo("length");
    }

    @Test
    void endsAtOnceWithNoSound() {
        endAfter(0);
        for (String format : List.of("pcm", "wav", "mp3", "opus", "aac", "flac")) {
            MockHttpServletResponse response = speak(INPUT, "\"response_format\": \"" + format + "\"");
            assertThat(header(response).path("audio_seconds").doubleValue()).isZero();
            assertThat(header(response).has("real_time_factor")).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({"exact, exact", "distribution, distribution", "relaxed, relaxed", "off, exact"})
    void declaresTheContract(String mode, String contract) {
        MockHttpServletResponse response = pcm("\"speculation\": {\"mode\": \"" + mode + "\"}");
        assertThat(header(response).path("contract").stringValue()).isEqualTo(contract);
        assertThat(header(response).path("bound").asDouble(-1)).isEqualTo(contract.equals("relaxed") ? 0.25 : -1);
        assertThat(header(response).path("drafted").intValue() == 0).isEqualTo(mode.equals("off"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 63})
    void sameSeedSameSoundWithSpeculationOnAndOff(int group) {
        target.say(ScriptedSpeech.script(), LIKELY);
        Set<List<Integer>> sounds = new HashSet<>();
        for (int seed = 0; seed < 4; seed++) {
            String text = "Hello world. This is a test, over and over. ";
            MockHttpServletResponse on = speak(
                    text,
                    "\"response_format\": \"pcm\", \"seed\": " + seed + ", \"speculation\": {\"budget\": " + group
                            + "}");
            MockHttpServletResponse off = speak(
                    text, "\"response_format\": \"pcm\", \"seed\": " + seed + ", \"speculation\": {\"mode\": \"off\"}");
            assertThat(on.getContentAsByteArray()).isEqualTo(off.getContentAsByteArray());
            if (group > 1) {
                assertThat(header(on).path("accepted").intValue()).isPositive();
            }
            sounds.add(codes(on));
        }
        assertThat(sounds).as("seeds matter").hasSize(4);
    }

    @Test
    void tellsTheSeedThatItDrew() {
        target.say(ScriptedSpeech.script(), LIKELY);
        MockHttpServletResponse first = pcm("\"temperature\": 1");
        long seed = header(first).path("seed").longValue();
        assertThat(codes(pcm("\"seed\": " + seed))).isEqualTo(codes(first));
        assertThat(header(pcm("\"temperature\": 1")).path("seed").longValue()).isNotEqualTo(seed);
    }

    @Test
    void samplesAsAsked() {
        target.say(ScriptedSpeech.script(), LIKELY);
        List<Integer> script = codes(pcm("\"temperature\": 0"));
        assertThat(script).isEqualTo(script(script.size() / CODEBOOKS));
        for (String sampling : List.of("\"top_k\": 1", "\"top_p\": 0.001", "\"min_p\": 1")) {
            assertThat(codes(pcm(sampling + ", \"seed\": 1"))).as(sampling).isEqualTo(script);
        }
        assertThat(codes(pcm("\"seed\": 1"))).isNotEqualTo(script);
    }

    /** The first piece is short; pieces are the file, whatever they are called and however they come. */
    @ParameterizedTest
    @ValueSource(strings = {"pcm", "wav", "mp3", "opus", "aac", "flac"})
    void streamsTheSameFileInPieces(String format) {
        String text = "this is a test over and over and over";
        endAfter(60, text);
        String asked = "\"seed\": 5, \"response_format\": \"" + format + "\"";
        byte[] whole = speak(text, asked).getContentAsByteArray();
        MockHttpServletResponse streamed = speak(text, asked + ", \"stream_format\": \"audio\"");
        assertThat(header(streamed).propertyNames()).containsExactlyInAnyOrder("contract", "seed");
        byte[] bytes = streamed.getContentAsByteArray();
        List<JsonNode> events = stream(text, asked);
        ByteArrayOutputStream pieces = new ByteArrayOutputStream();
        events.stream()
                .filter(event -> event.path("type").stringValue().equals("speech.audio.delta"))
                .forEach(event -> pieces.writeBytes(
                        Base64.getDecoder().decode(event.path("audio").stringValue())));
        assertThat(pieces.toByteArray()).isEqualTo(bytes);
        assertThat(bytes).hasSameSizeAs(whole);
        int header = 200;
        assertThat(Arrays.copyOfRange(bytes, header, bytes.length))
                .isEqualTo(Arrays.copyOfRange(whole, header, whole.length));
        assertThat(events).hasSizeGreaterThan(4);
        assertThat(events.get(0).path("audio").stringValue().length()).isLessThan(whole.length / 3);
    }

    @Test
    void aStreamEndsWithUsageAndAccount() {
        endAfter(20);
        List<JsonNode> events = stream("Hello world. This is a test!", "\"seed\": 7, \"voice\": \"ben\"");
        JsonNode done = events.get(events.size() - 1);
        assertThat(done.propertyNames()).containsExactlyInAnyOrder("type", "usage", "speculation");
        assertThat(done.path("type").stringValue()).isEqualTo("speech.audio.done");
        List<SpeechRequest.Line> lines = lines("Hello world. This is a test!");
        int prompts = lines.stream().mapToInt(line -> line.prompt().length).sum();
        JsonNode account = done.path("speculation");
        int tokens = account.path("tokens").intValue();
        assertThat(done.path("usage"))
                .isEqualTo(json("{\"input_tokens\": %d, \"output_tokens\": %d, \"total_tokens\": %d}"
                        .formatted(prompts, tokens, prompts + tokens)));
        assertThat(account.path("contract").stringValue()).isEqualTo("exact");
        assertThat(account.path("lines").size()).isEqualTo(2);
        JsonNode first = account.path("lines").path(0);
        JsonNode second = account.path("lines").path(1);
        assertThat(first.path("text").stringValue()).isEqualTo("hello world.");
        assertThat(first.path("seed").longValue()).isEqualTo(7);
        assertThat(first.path("start").doubleValue()).isZero();
        assertThat(second.path("text").stringValue()).isEqualTo("this is a test!");
        assertThat(second.path("start").doubleValue())
                .isEqualTo(first.path("seconds").doubleValue());
        assertThat(account.path("audio_seconds").doubleValue())
                .isCloseTo(
                        second.path("start").doubleValue()
                                + second.path("seconds").doubleValue(),
                        within(1e-9));
    }

    @Test
    void everyLineHasASeedThatSaysItAgainAlone() {
        target.say(ScriptedSpeech.script(), LIKELY);
        List<JsonNode> events =
                stream("Hello world. Hello world. Hello world.", "\"seed\": 7, \"response_format\": \"pcm\"");
        JsonNode lines = events.get(events.size() - 1).path("speculation").path("lines");
        byte[] all = sound(events);
        Set<List<Integer>> different = new HashSet<>();
        for (JsonNode line : lines) {
            byte[] alone = pcm("\"seed\": " + line.path("seed").longValue()).getContentAsByteArray();
            int from = bytes(line.path("start").doubleValue());
            assertThat(Arrays.copyOfRange(
                            all, from, from + bytes(line.path("seconds").doubleValue())))
                    .isEqualTo(alone);
            different.add(codes(alone));
        }
        assertThat(different).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource({"0.25", "0.5", "1.5", "4"})
    void speaksFasterOrSlower(double speed) {
        String text = "this is a test over and over and over";
        endAfter(50, text);
        MockHttpServletResponse response = speak(text, "\"response_format\": \"pcm\", \"speed\": " + speed);
        int bytes = response.getContentAsByteArray().length;
        assertThat(bytes).isEqualTo(bytes(2 / speed));
        assertThat(header(response).path("audio_seconds").doubleValue()).isEqualTo(2 / speed);
    }

    @Test
    void tracesWhatEveryPassDid() {
        endAfter(10);
        List<JsonNode> events = stream(INPUT, "\"speculation\": {\"trace\": true}");
        JsonNode account = events.get(events.size() - 1).path("speculation");
        List<Integer> tokens = new ArrayList<>();
        for (JsonNode pass : account.path("trace")) {
            pass.path("tokens").forEach(token -> tokens.add(token.path("id").intValue()));
        }
        assertThat(tokens.subList(0, tokens.size() - 1)).isEqualTo(script(10));
        assertThat(tokens.get(tokens.size() - 1)).isEqualTo(ScriptedSpeech.END);
        assertThat(account.path("trace").size())
                .isEqualTo(account.path("passes").intValue());
    }

    @Test
    void aFailureOfTheEngineIsAnErrorAndNotTheEnd() {
        target.say(new int[0], SURE);
        assertError(send(INPUT, "\"seed\": 1"), 500, null, "internal_error");
        assertError(send(INPUT, "\"stream_format\": \"sse\""), 500, null, "internal_error");
        assertError(send(INPUT, "\"stream_format\": \"audio\""), 500, null, "internal_error");
        target.say(ScriptedSpeech.script(), SURE);
        assertThat(codes(pcm("\"seed\": 1"))).isNotEmpty();
        assertThat(target.openSessions()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                                    | input           | missing_required_parameter",
                "{\"input\": \"\"}                                     | input           | invalid_value",
                "{\"input\": \"  \\n \"}                               | input           | invalid_value",
                "{\"input\": \"?!...\"}                                | input           | invalid_value",
                "{\"input\": \"\\u0000\\u0007\\u001b\"}                | input           | invalid_value",
                "{\"input\": [5]}                                      | input           | invalid_type",
                "{\"input\": \"x\", \"foo\": 1}                        | foo             | unknown_parameter",
                "{\"input\": \"x\", \"instructions\": \"whisper\"}     | instructions    | unsupported_parameter",
                "{\"input\": \"x\", \"timestamp_granularities\": [\"word\"]} | timestamp_granularities | unsupported_parameter",
                "{\"input\": \"x\", \"voice\": \"alloy\"}              | voice           | invalid_value",
                "{\"input\": \"x\", \"voice\": 3}                      | voice           | invalid_type",
                "{\"input\": \"x\", \"response_format\": \"ogg\"}      | response_format | invalid_type",
                "{\"input\": \"x\", \"stream_format\": \"chunks\"}     | stream_format   | invalid_type",
                "{\"input\": \"x\", \"stream\": true}                  | stream          | unknown_parameter",
                "{\"input\": \"x\", \"speed\": 0.2}                    | speed           | invalid_value",
                "{\"input\": \"x\", \"speed\": 4.1}                    | speed           | invalid_value",
                "{\"input\": \"x\", \"speed\": \"fast\"}               | speed           | invalid_type",
                "{\"input\": \"x\", \"seed\": \"7\"}                   | seed            | invalid_type",
                "{\"input\": \"x\", \"temperature\": 2.1}              | temperature     | invalid_value",
                "{\"input\": \"x\", \"top_p\": 0}                      | top_p           | invalid_value",
                "{\"input\": \"x\", \"top_k\": -1}                     | top_k           | invalid_value",
                "{\"input\": \"x\", \"min_p\": 1.1}                    | min_p           | invalid_value",
                "{\"input\": \"x\", \"speculation\": {\"mode\": \"fast\"}} | speculation.mode | invalid_type",
                "{\"input\": \"x\", \"speculation\": {\"budget\": 64}} | speculation.budget | invalid_value",
                "{\"input\": \"x\", \"speculation\": {\"drafters\": [\"no\"]}} | speculation.drafters | invalid_value",
                "{\"input\": \"x\", \"speculation\": {\"drafters\": [\"previous\", \"other\"]}} | speculation.drafters | invalid_value",
                "{\"input\": \"x\", \"speculation\": {\"trace\": true}} | speculation.trace | invalid_value",
                "{\"input\": \"x\"                                     |                 | invalid_json",
            })
    void refusesByName(String body, String param, String code) {
        long before = target.passes();
        assertError(ApiAnswers.post(http, PATH, body), 400, param, code);
        assertThat(target.passes()).as("no pass is spent on a bad request").isEqualTo(before);
    }

    @Test
    void namesTheVoicesThatThereAre() {
        MockHttpServletResponse response = send("x", "\"voice\": \"alloy\"");
        assertThat(body(response).path("error").path("message").stringValue()).contains("[ada, ben]");
        assertThat(body(http.get().uri("/v1/audio/voices").exchange().getResponse()))
                .isEqualTo(json("{\"object\": \"list\", \"data\": [{\"id\": \"ada\", \"object\": \"voice\"}, "
                        + "{\"id\": \"ben\", \"object\": \"voice\"}]}"));
    }

    static Stream<String> longInputs() {
        return Stream.of("a".repeat(4097), "\uD83D\uDE00".repeat(4097), "hello ".repeat(683));
    }

    @ParameterizedTest
    @MethodSource("longInputs")
    void refusesMoreThan4096Characters(String input) {
        assertError(send(input, "\"seed\": 1"), 400, "input", "invalid_value");
    }

    static Stream<String> hostileInputs() {
        return Stream.of(
                "hello ".repeat(682),
                "This is a test. ".repeat(256),
                "9".repeat(4096),
                "1234567890.50 ".repeat(292),
                "x".repeat(2000),
                "a.".repeat(2048),
                "\uD83D\uDE00 hello",
                "\uD83D\uDE00",
                "\uD83D",
                "Привет, мир! 你好，世界。",
                "\u0000hello\u0007\u202eworld",
                "\u0301".repeat(4000),
                "<speak>hello</speak> [ada] [speak] [pad]",
                "e" + "\u0301".repeat(3000),
                "&".repeat(4096),
                "((((((" + "a)".repeat(2000),
                "A".repeat(4096),
                "Mr. ".repeat(1024),
                "$1,234,567.89 ".repeat(290));
    }

    /** Answered or refused, never failed; what is answered is bounded. */
    @ParameterizedTest
    @MethodSource("hostileInputs")
    void takesAnyText(String input) {
        endAfter(5);
        MockHttpServletResponse response = send(input, "\"response_format\": \"pcm\"");
        if (response.getStatus() == 400) {
            assertError(response, 400, "input", "invalid_value");
        } else {
            assertThat(response.getStatus()).as(content(response)).isEqualTo(200);
            double plausible = lines(input).stream()
                    .mapToInt(SpeechRequest.Line::maximumFrames)
                    .sum();
            assertThat(plausible / 25).isLessThan(4 * 10 * 60);
        }
    }

    @Test
    void tellsWhatCannotBeSaid() {
        endAfter(5);
        List<JsonNode> events = stream("\uD83D\uDE00 Hello \u2603 world.", "\"seed\": 1");
        JsonNode account = events.get(events.size() - 1).path("speculation");
        assertThat(account.path("dropped").stringValue()).isEqualTo("\uD83D\uDE00\u2603");
        assertThat(header(pcm("\"seed\": 1")).has("dropped")).isFalse();
    }

    @Test
    void acceptsWhatAsksForNothing() {
        endAfter(5);
        speak(
                INPUT,
                "\"instructions\": \"\", \"user\": \"me\", \"safety_identifier\": \"me\", \"speed\": 1.0, \"voice\": null, "
                        + "\"model\": \"scripted\", \"timestamp_granularities\": [], \"speculation\": {}, "
                        + "\"stream_format\": null, \"response_format\": null");
    }

    @Test
    void refusesAnotherModel() {
        assertError(send(INPUT, "\"model\": \"tts-1\""), 404, "model", "model_not_found");
    }

    @Test
    void aCodeWithoutASoundIsNoReasonToFail() {
        int[] script = ScriptedSpeech.script();
        int prompt = lines(INPUT).get(0).prompt().length - 1;
        script[prompt + 2] = ScriptedSpeech.END;
        script[prompt + 5] = ScriptedSpeech.END + 1;
        script[prompt + 8 * CODEBOOKS] = ScriptedSpeech.END;
        target.say(script, SURE);
        List<Integer> codes = codes(pcm("\"seed\": 1"));
        assertThat(codes).hasSize(8 * CODEBOOKS);
        assertThat(codes.get(2)).isZero();
        assertThat(codes.get(5)).isZero();
    }

    /** Lets the scripted target end lines that are as long as a text after so many frames, longer ones sooner. */
    private void endAfter(int frames, String text) {
        int[] script = ScriptedSpeech.script();
        for (int i = lines(text).get(0).prompt().length - 1 + frames * CODEBOOKS; i < script.length; i++) {
            script[i] = ScriptedSpeech.END;
        }
        target.say(script, SURE);
    }

    private void endAfter(int frames) {
        endAfter(frames, INPUT);
    }

    private List<SpeechRequest.Line> lines(String text) {
        return model.lines(model.text().read(text).utterances(), "ada");
    }

    /** The codes that the scripted target says after the prompt. */
    private List<Integer> script(int frames) {
        return Arrays.stream(ScriptedSpeech.script())
                .boxed()
                .skip(lines(INPUT).get(0).prompt().length - 1L)
                .limit((long) frames * CODEBOOKS)
                .toList();
    }

    private MockHttpServletResponse pcm(String parameters) {
        return speak(INPUT, "\"response_format\": \"pcm\", " + parameters);
    }

    private MockHttpServletResponse speak(String input, String parameters) {
        MockHttpServletResponse response = send(input, parameters);
        assertThat(response.getStatus()).as(parameters + content(response)).isEqualTo(200);
        return response;
    }

    private MockHttpServletResponse send(String input, String parameters) {
        String text = JsonMapper.shared().writeValueAsString(input);
        return ApiAnswers.post(http, PATH, "{\"input\": " + text + ", " + parameters + "}");
    }

    private List<JsonNode> stream(String input, String parameters) {
        List<JsonNode> told = new ArrayList<>();
        for (String event : events(speak(input, "\"stream_format\": \"sse\", " + parameters))) {
            String[] lines = event.split("\n");
            assertThat(lines).hasSize(2);
            JsonNode data = json(lines[1].substring("data: ".length()));
            assertThat(lines[0]).isEqualTo("event: " + data.path("type").stringValue());
            told.add(data);
        }
        return told;
    }

    private static byte[] sound(List<JsonNode> events) {
        ByteArrayOutputStream sound = new ByteArrayOutputStream();
        events.stream()
                .filter(event -> event.has("audio"))
                .forEach(event -> sound.writeBytes(
                        Base64.getDecoder().decode(event.path("audio").stringValue())));
        return sound.toByteArray();
    }

    private static int bytes(double seconds) {
        return 2 * (int) Math.round(ScriptedSpeech.SAMPLE_RATE * seconds);
    }

    private static JsonNode header(MockHttpServletResponse response) {
        return json(response.getHeader("X-Triptych-Speculation"));
    }

    private static List<Integer> codes(MockHttpServletResponse response) {
        return codes(response.getContentAsByteArray());
    }

    /** Reads the codes from the samples that they became. */
    private static List<Integer> codes(byte[] pcm) {
        ByteBuffer samples = ByteBuffer.wrap(pcm).order(ByteOrder.LITTLE_ENDIAN);
        List<Integer> codes = new ArrayList<>();
        int step = 2 * ScriptedSpeech.FRAME / CODEBOOKS;
        for (int i = 0; i < pcm.length; i += step) {
            codes.add(samples.getShort(i) / 1000);
            assertThat(samples.getShort(i + step - 2)).isEqualTo(samples.getShort(i));
        }
        return codes;
    }
}
