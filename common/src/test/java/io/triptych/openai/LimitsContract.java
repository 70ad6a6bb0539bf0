package io.triptych.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a service lets in, over real connections, whatever it generates: keys, sizes, slow and strange requests, and what
 * browsers are told. Nothing here reaches a model.
 */
@Timeout(60)
@TestPropertySource(
        properties = {
            "triptych.api.keys=" + LimitsContract.KEY + ", " + LimitsContract.OTHER_KEY,
            "triptych.api.requests-per-key=" + LimitsContract.REQUESTS_PER_KEY,
            "triptych.api.largest-body=" + LimitsContract.LARGEST_BODY + "B",
            "triptych.api.slowest-body=1s",
            "server.tomcat.connection-timeout=2s"
        })
public abstract class LimitsContract {
    protected static final String KEY = "a-key-of-the-tests-1";

    static final String OTHER_KEY = "a-key-of-the-tests-2";
    static final int REQUESTS_PER_KEY = 4;
    static final int LARGEST_BODY = 50_000;

    private static final String KEY_OF_FILE = "a-key-of-the-file-3";

    /** Refused as soon as it is read. */
    private static final String NONSENSE = "{\"nonsense\": 1}";

    private final String path;
    private final HttpClient http = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    /** @param path of an endpoint that takes a POST */
    protected LimitsContract(String path) {
        this.path = path;
    }

    @DynamicPropertySource
    static void keyFile(DynamicPropertyRegistry properties) {
        properties.add("triptych.api.key-file", () -> {
            try {
                Path file = Files.createTempFile("keys", null);
                file.toFile().deleteOnExit();
                return Files.writeString(file, "# for the tests\n\n" + KEY_OF_FILE + "\n")
                        .toString();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/models", "/actuator/info", "/actuator/prometheus", "/v3/api-docs", "/nowhere"})
    void needsAKeyForWhatIsNotOpen(String guarded) throws Exception {
        assertThat(get(guarded, "Bearer " + KEY).statusCode()).isNotEqualTo(401);
        assertRefused(http.send(request(guarded).build(), BodyHandlers.ofString()), 401, "invalid_api_key");
        // Not even by a way that begins where no key is needed.
        assertThat(exchange("GET /actuator/health/..;/.." + guarded + " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .startsWith("HTTP/1.1 401 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {KEY, OTHER_KEY, KEY_OF_FILE})
    void takesEveryKeyOfSettingsAndFile(String key) throws Exception {
        assertThat(get("/v1/models", "Bearer " + key).statusCode()).isEqualTo(200);
        assertThat(get("/v1/models", "bearer  " + key).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer",
                "Bearer ",
                KEY,
                "Basic " + KEY,
                "Bearer " + KEY + "x",
                "Bearer a-key-of-the-tests-",
                "Bearer " + KEY + " " + KEY,
                "Bearer " + KEY + "," + OTHER_KEY,
                "Bearer A-KEY-OF-THE-TESTS-1",
                "Bearer # for the tests"
            })
    void refusesWhatIsNoKey(String authorization) throws Exception {
        HttpResponse<String> refused = get("/v1/models", authorization);
        assertRefused(refused, 401, "invalid_api_key");
        assertThat(refused.headers().firstValue("WWW-Authenticate")).contains("Bearer");
        assertThat(refused.body()).doesNotContain("tests");
        assertRefused(post(authorization, BodyPublishers.ofString(NONSENSE)), 401, "invalid_api_key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator/health", "/actuator/health/liveness"})
    void tellsWhetherItIsWellWithoutAKeyAndNothingElse(String open) throws Exception {
        HttpResponse<String> health = http.send(request(open).build(), BodyHandlers.ofString());
        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(JsonMapper.shared().readTree(health.body()).propertyNames()).isSubsetOf("status", "groups");
    }

    @Test
    void managesNothingButHealthInfoAndMetrics() throws Exception {
        JsonNode links =
                JsonMapper.shared().readTree(get("/actuator", "Bearer " + KEY).body());
        assertThat(links.path("_links").propertyNames())
                .containsExactlyInAnyOrder("self", "health", "health-path", "info", "prometheus");
        for (String closed : List.of("env", "configprops", "heapdump", "threaddump", "loggers", "beans", "shutdown")) {
            assertThat(get("/actuator/" + closed, "Bearer " + KEY).statusCode()).isEqualTo(404);
        }
        for (String open : List.of("/actuator/info", "/actuator/prometheus")) {
            assertThat(get(open, "Bearer " + KEY).body()).doesNotContain("a-key-of", "tests-1", "file-3");
        }
    }

    @Test
    void servesOnlySoManyRequestsOfAKeyAtATime() throws Exception {
        List<Socket> requests = new ArrayList<>();
        for (int i = 0; i < REQUESTS_PER_KEY; i++) {
            requests.add(sending(headers(OTHER_KEY, "Content-Length: 1000"), "{"));
        }
        await().until(() -> nonsense(OTHER_KEY).statusCode() == 429);
        HttpResponse<String> refused = nonsense(OTHER_KEY);
        assertRefused(refused, 429, "rate_limit_exceeded");
        assertThat(refused.headers().firstValue("Retry-After")).contains("1");
        // What does not generate goes on, and so does everybody else.
        assertThat(get("/v1/models", "Bearer " + OTHER_KEY).statusCode()).isEqualTo(200);
        assertThat(nonsense(KEY).statusCode()).isEqualTo(400);
        for (Socket request : requests) {
            request.close();
        }
        await().until(() -> nonsense(OTHER_KEY).statusCode() == 400);
    }

    @Test
    void refusesABodyThatIsTooLargeWhetherItSaysSoOrNot() throws Exception {
        byte[] large = padded(LARGEST_BODY + 1);
        for (BodyPublisher body : List.of(BodyPublishers.ofByteArray(large), chunked(large))) {
            HttpResponse<String> refused = post("Bearer " + KEY, body);
            assertRefused(refused, 413, "request_too_large");
            assertThat(message(refused)).isEqualTo("a request may have at most " + LARGEST_BODY + " bytes");
        }
        byte[] largest = padded(LARGEST_BODY);
        for (BodyPublisher body : List.of(BodyPublishers.ofByteArray(largest), chunked(largest))) {
            assertRefused(post("Bearer " + KEY, body), 400, "unknown_parameter");
        }
    }

    @Test
    void refusesABodyThatIsTooLargeBeforeItCame() throws Exception {
        assertThat(exchange(headers(KEY, "Content-Length: 1000000000000") + "{"))
                .startsWith("HTTP/1.1 413 ")
                .contains("request_too_large");
        String endless = "2000\r\n" + " ".repeat(0x2000) + "\r\n";
        assertThat(exchange(
                        headers(KEY, "Transfer-Encoding: chunked") + endless.repeat(16 * LARGEST_BODY / 0x2000 + 1)))
                .startsWith("HTTP/1.1 413 ");
    }

    /** A client that hears no answer before it has sent all hears this one. */
    @Test
    void readsABodyThatIsNotMuchTooLargeToItsEnd() throws Exception {
        byte[] large = padded(8 * LARGEST_BODY);
        for (BodyPublisher body : List.of(BodyPublishers.ofByteArray(large), chunked(large))) {
            assertRefused(post("Bearer " + KEY, body), 413, "request_too_large");
            assertRefused(post("none", body), 401, "invalid_api_key");
        }
    }

    /** Whatever the answer was: a thread that waits for the rest of a refused request could wait for years. */
    @ParameterizedTest
    @CsvSource({"POST, " + KEY + ", 408", "POST, no-key, 401", "PUT, " + KEY + ", 405"})
    void leavesAClientThatDribbles(String method, String key, int status) throws Exception {
        String head = headers(key, "Content-Length: 1000").replace("POST", method);
        try (Socket client = sending(head, "{")) {
            AtomicBoolean left = new AtomicBoolean();
            Thread dribble = new Thread(() -> {
                try {
                    while (!left.get()) {
                        client.getOutputStream().write(' ');
                        Thread.sleep(50);
                    }
                } catch (IOException | InterruptedException over) {
                    left.set(true);
                }
            });
            dribble.start();
            assertThat(answer(client)).startsWith("HTTP/1.1 " + status);
            await().until(left::get);
            dribble.join();
        }
    }

    @Test
    void waitsForTheNextByteOnlySoLong() throws Exception {
        try (Socket noByte = sending(headers(KEY, "Content-Length: 1000"), "");
                Socket oneByte = sending(headers(KEY, "Content-Length: 1000"), "{");
                Socket noRequest = sending("POST " + path + " HTTP/1.1\r\nHost:", "")) {
            assertThat(answer(noByte)).startsWith("HTTP/1.1 408 ").contains("request_timeout");
            assertThat(answer(oneByte)).startsWith("HTTP/1.1 408 ").contains("request_timeout");
            assertThat(noRequest.getInputStream().read())
                    .as("closed, without a word")
                    .isNegative();
        }
    }

    @Test
    void refusesHeadersThatAreTooLarge() throws Exception {
        assertThat(exchange(headers(KEY, "X-Large: " + "x".repeat(10_000)))).startsWith("HTTP/1.1 4");
        assertThat(exchange(headers(KEY, "X-Many: x\r\n".repeat(200) + "X-Last: x")))
                .startsWith("HTTP/1.1 4");
        assertThat(get("/v1/models", "Bearer " + KEY).statusCode()).isEqualTo(200);
    }

    /** Forms and files would be read, and files stored, before anybody asks whether there is a use for them. */
    @ParameterizedTest
    @ValueSource(strings = {"PUT application/x-www-form-urlencoded", "POST multipart/form-data;boundary=x"})
    void readsNothingThatIsNotJson(String methodAndType) throws Exception {
        String[] parts = methodAndType.split(" ");
        String head =
                headers(KEY, "Content-Length: 1000").replace("POST", parts[0]).replace("application/json", parts[1]);
        assertThat(exchange(head + "--x")).containsPattern("^HTTP/1.1 4(05|15) ");
    }

    @Test
    void tellsBrowsersToMakeNothingOfItsAnswers() throws Exception {
        for (HttpResponse<String> answer : List.of(
                get("/v1/models", "Bearer " + KEY),
                get("/v1/models", "none"),
                get("/nowhere", "Bearer " + KEY),
                get("/actuator/health", "none"),
                nonsense(KEY))) {
            assertThat(answer.headers().allValues("X-Content-Type-Options")).containsExactly("nosniff");
            assertThat(answer.headers().allValues("Referrer-Policy")).containsExactly("no-referrer");
            assertThat(answer.headers().allValues("Content-Security-Policy"))
                    .containsExactly("default-src 'none'; frame-ancestors 'none'");
        }
    }

    @Test
    void letsNoForeignPageAsk() throws Exception {
        for (String authorization : List.of("Bearer " + KEY, "none")) {
            HttpResponse<String> preflight = http.send(
                    request(path)
                            .header("Authorization", authorization)
                            .header("Origin", "https://elsewhere.example")
                            .header("Access-Control-Request-Method", "POST")
                            .header("Access-Control-Request-Headers", "authorization, content-type")
                            .method("OPTIONS", BodyPublishers.noBody())
                            .build(),
                    BodyHandlers.ofString());
            assertNothingAllowed(preflight);
        }
        HttpResponse<String> simple = http.send(
                request(path)
                        .header("Authorization", "Bearer " + KEY)
                        .header("Origin", "https://elsewhere.example")
                        .header("Content-Type", "text/plain")
                        .POST(BodyPublishers.ofString(NONSENSE))
                        .build(),
                BodyHandlers.ofString());
        assertRefused(simple, 415, "unsupported_media_type");
        assertNothingAllowed(simple);
    }

    private static void assertNothingAllowed(HttpResponse<String> answer) {
        assertThat(answer.headers().map().keySet())
                .noneMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("access-control"));
    }

    /** All of 127.0.0.0/8 is this machine, but only one address of it is ours. */
    @Test
    void listensOnOneAddressOfThisMachine() throws Exception {
        InetAddress other = InetAddress.getByName("127.0.0.2");
        assertThatThrownBy(() -> connect(other, port)).isInstanceOf(ConnectException.class);
        try (ServerSocket everywhere = new ServerSocket(0)) {
            connect(other, everywhere.getLocalPort());
        }
    }

    private static void connect(InetAddress address, int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), 2000);
        }
    }

    private HttpResponse<String> get(String where, String authorization) throws IOException, InterruptedException {
        return http.send(request(where).header("Authorization", authorization).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> nonsense(String key) throws IOException, InterruptedException {
        return post("Bearer " + key, BodyPublishers.ofString(NONSENSE));
    }

    private HttpResponse<String> post(String authorization, BodyPublisher body)
            throws IOException, InterruptedException {
        HttpRequest request = request(path)
                .header("Authorization", authorization)
                .header("Content-Type", "application/json")
                .POST(body)
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String where) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + where))
                .version(HttpClient.Version.HTTP_1_1);
    }

    private static BodyPublisher chunked(byte[] body) {
        return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body));
    }

    /** Nonsense of a size. */
    private static byte[] padded(int size) {
        byte[] body = new byte[size];
        Arrays.fill(body, (byte) ' ');
        byte[] nonsense = NONSENSE.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(nonsense, 0, body, size - nonsense.length, nonsense.length);
        return body;
    }

    /** The head of a request for JSON, to be followed by the body. */
    private String headers(String key, String header) {
        return "POST " + path
                + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer " + key
                + "\r\n" + header + "\r\n\r\n";
    }

    /** Sends what is no whole request, and reads the answer, which must not wait for the rest. */
    private String exchange(String request) throws IOException {
        try (Socket client = sending(request, "")) {
            return answer(client);
        }
    }

    private Socket sending(String head, String body) throws IOException {
        Socket socket = new Socket("localhost", port);
        socket.setSoTimeout(30_000);
        socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** The first of an answer, which a small one comes in whole. */
    private static String answer(Socket client) throws IOException {
        byte[] buffer = new byte[8192];
        int count = client.getInputStream().read(buffer);
        return new String(buffer, 0, Math.max(0, count), StandardCharsets.UTF_8);
    }

    private static void assertRefused(HttpResponse<String> answer, int status, String code) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/json");
        JsonNode error = JsonMapper.shared().readTree(answer.body()).path("error");
        assertThat(error.propertyNames()).containsExactlyInAnyOrder("message", "type", "param", "code");
        assertThat(error.path("code").stringValue()).isEqualTo(code);
        assertThat(error.path("type").stringValue())
                .isEqualTo(status == 429 ? "rate_limit_error" : "invalid_request_error");
    }

    private static String message(HttpResponse<String> answer) {
        return JsonMapper.shared()
                .readTree(answer.body())
                .path("error")
                .path("message")
                .stringValue();
    }
}
