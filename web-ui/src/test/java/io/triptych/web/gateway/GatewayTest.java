package io.triptych.web.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.ByteBufFlux;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The gateway before services that the test plays itself: text and image answer, speech is not there. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class GatewayTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Released when a test has seen what came before; then the service goes on. */
    private static volatile CountDownLatch goOn = new CountDownLatch(1);

    /** Done when the service learnt that its client is gone. */
    private static volatile CompletableFuture<Void> gone = new CompletableFuture<>();

    /** Done when a service has a request that it does not answer. */
    private static volatile CompletableFuture<Void> received = new CompletableFuture<>();

    private static final DisposableServer TEXT = service("triptych-text");
    private static final DisposableServer IMAGE = service("triptych-image");

    private final HttpClient client = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    @DynamicPropertySource
    static void addresses(DynamicPropertyRegistry properties) {
        properties.add("triptych.gateway.text", () -> "http://127.0.0.1:" + TEXT.port());
        properties.add("triptych.gateway.image", () -> "http://127.0.0.1:" + IMAGE.port());
        properties.add("triptych.gateway.speech", () -> "http://127.0.0.1:1");
    }

    @AfterAll
    static void stop() {
        TEXT.disposeNow();
        IMAGE.disposeNow();
    }

    @Test
    void sendsPathsToTheServiceOfTheirModalityWithBodyAndHost() throws Exception {
        assertThat(post("/v1/completions", "{\"prompt\": \"a\"}").body())
                .isEqualTo("triptych-text /v1/completions localhost:" + port + " {\"prompt\": \"a\"}");
        assertThat(post("/v1/chat/completions", "{}").body()).startsWith("triptych-text /v1/chat/completions");
        assertThat(post("/v1/images/generations", "{}").body()).startsWith("triptych-image /v1/images/generations");
    }

    @Test
    void passesRefusalsOnAsTheyAre() throws Exception {
        HttpResponse<String> refused = post("/v1/completions", "refuse");

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After")).contains("3");
        assertThat(refused.body()).isEqualTo("{\"error\": \"as the service said it\"}");
    }

    @Test
    void passesEventsOnAsTheyCome() throws Exception {
        assertThatItComesPieceByPiece("events", "text/event-stream");
    }

    @Test
    void passesSoundOnAsItComes() throws Exception {
        assertThatItComesPieceByPiece("sound", "audio/mpeg");
    }

    private void assertThatItComesPieceByPiece(String body, String mediaType) throws Exception {
        goOn = new CountDownLatch(1);

        HttpResponse<InputStream> response =
                client.send(request("/v1/completions", body), BodyHandlers.ofInputStream());

        assertThat(response.headers().firstValue("Content-Type").orElseThrow()).startsWith(mediaType);
        try (InputStream in = response.body()) {
            // The service sends the rest only after this was read: a gateway that holds back would wait for ever.
            assertThat(new String(in.readNBytes(5), StandardCharsets.UTF_8)).isEqualTo("first");
            goOn.countDown();
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("second");
        }
    }

    @Test
    void tellsTheServiceWhenTheClientLeavesAStream() throws Exception {
        gone = new CompletableFuture<>();
        goOn = new CountDownLatch(1);

        HttpResponse<InputStream> response =
                client.send(request("/v1/completions", "events"), BodyHandlers.ofInputStream());
        assertThat(response.body().read()).isEqualTo('f');
        assertThat(gone).isNotDone();
        response.body().close();

        gone.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void tellsTheServiceWhenTheClientLeavesBeforeAnAnswer() throws Exception {
        gone = new CompletableFuture<>();
        received = new CompletableFuture<>();

        CompletableFuture<HttpResponse<String>> answer =
                client.sendAsync(request("/v1/completions", "silence"), BodyHandlers.ofString());
        received.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(gone).isNotDone();
        answer.cancel(true);

        gone.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void listsTheModelsOfAllServicesThatAnswer() throws Exception {
        JsonNode models = json(get("/v1/models"));

        assertThat(models.path("object").asString()).isEqualTo("list");
        assertThat(models.path("data").findValuesAsString("id")).containsExactly("triptych-text", "triptych-image");
        assertThat(json(get("/v1/models/triptych-image")).path("owned_by").asString())
                .isEqualTo("triptych");
        HttpResponse<String> unknown = get("/v1/models/gpt");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(error(unknown, "code")).isEqualTo("model_not_found");
    }

    @Test
    void passesKeysOn() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri("/v1/completions"))
                .header("Authorization", "Bearer a-key")
                .POST(BodyPublishers.ofString("key"))
                .build();
        assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("Bearer a-key");
        assertThat(client.send(models("a-key"), BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);

        HttpResponse<String> refused = client.send(models("refused"), BodyHandlers.ofString());

        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().allValues("WWW-Authenticate")).containsExactly("Bearer");
        assertThat(refused.body()).isEqualTo("{\"error\": \"no such key\"}");
    }

    private HttpRequest models(String key) {
        return HttpRequest.newBuilder(uri("/v1/models"))
                .header("Authorization", "Bearer " + key)
                .build();
    }

    @Test
    void letsNoForeignPageAsk() throws Exception {
        for (String path : List.of("/v1/completions", "/v1/models", "/services", "/text")) {
            HttpRequest preflight = HttpRequest.newBuilder(uri(path))
                    .header("Origin", "https://elsewhere.example")
                    .header("Access-Control-Request-Method", "POST")
                    .header("Access-Control-Request-Headers", "authorization, content-type")
                    .method("OPTIONS", BodyPublishers.noBody())
                    .build();
            assertThat(client.send(preflight, BodyHandlers.discarding())
                            .headers()
                            .map()
                            .keySet())
                    .noneMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("access-control"));
        }
    }

    @Test
    void saysOnceWhatBrowsersMustNotDo() throws Exception {
        for (HttpResponse<String> answer :
                List.of(post("/v1/completions", "{}"), post("/v1/audio/speech", "{}"), get("/v1/models"))) {
            assertThat(answer.headers().allValues("X-Content-Type-Options")).containsExactly("nosniff");
            assertThat(answer.headers().allValues("Content-Security-Policy")).hasSize(1);
        }
        assertThat(post("/v1/completions", "{}").headers().firstValue("Content-Security-Policy"))
                .as("a service's own policy, which is stricter than that of pages")
                .contains("default-src 'none'");
    }

    @Test
    void managesNothingButHealthInfoAndMetrics() throws Exception {
        assertThat(json(get("/actuator")).path("_links").propertyNames())
                .containsExactlyInAnyOrder("self", "health", "health-path", "info", "prometheus");
        for (String closed : List.of("env", "configprops", "heapdump", "gateway", "loggers", "beans", "shutdown")) {
            assertThat(get("/actuator/" + closed).statusCode()).isEqualTo(404);
        }
    }

    /** All of 127.0.0.0/8 is this machine, but only one address of it is ours. */
    @Test
    void listensOnOneAddressOfThisMachine() {
        assertThatThrownBy(() -> new Socket("127.0.0.2", port).close()).isInstanceOf(ConnectException.class);
    }

    @Test
    void refusesHeadersThatAreTooLarge() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri("/v1/models"))
                .header("X-Large", "x".repeat(10_000))
                .build();
        assertThat(client.send(request, BodyHandlers.discarding()).statusCode()).isBetween(400, 499);
    }

    @Test
    void namesAServiceThatIsDown() throws Exception {
        HttpResponse<String> answer = post("/v1/audio/speech", "{}");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/json");
        assertThat(error(answer, "message"))
                .isEqualTo("the speech service cannot be reached at http://127.0.0.1:1: it is not running, or not yet");
        assertThat(error(answer, "type")).isEqualTo("server_error");
        assertThat(error(answer, "code")).isEqualTo("service_unavailable");
        assertThat(get("/services/speech/actuator/prometheus").statusCode()).isEqualTo(503);
    }

    /** A process that dies has its connections closed, or reset if there was something left to read. */
    @ParameterizedTest
    @ValueSource(strings = {"break", "reset"})
    void namesAServiceThatBreaksOff(String how) throws Exception {
        HttpResponse<String> answer = post("/v1/completions", how);

        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(error(answer, "message")).startsWith("the text service at");
        assertThat(error(answer, "code")).isEqualTo("bad_gateway");
    }

    @Test
    void refusesWhatNoServiceHas() throws Exception {
        HttpResponse<String> answer = get("/v1/embeddings");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(error(answer, "message")).isEqualTo("there is nothing at GET /v1/embeddings");
        assertThat(error(answer, "code")).isEqualTo("unknown_url");
        assertThat(get("/services/text/actuator/env").statusCode()).isEqualTo(404);
    }

    @Test
    void tellsTheHealthOfAllServicesAndIsReadyWithoutThem() throws Exception {
        HttpResponse<String> health = get("/actuator/health");
        JsonNode services = json(health).path("components").path("services").path("components");

        assertThat(health.statusCode()).isEqualTo(503);
        assertThat(services.path("text").path("status").asString()).isEqualTo("UP");
        assertThat(services.path("text").path("details").path("model").asString())
                .isEqualTo("triptych-text");
        assertThat(services.path("speech").path("status").asString()).isEqualTo("DOWN");
        assertThat(get("/actuator/health/readiness").statusCode()).isEqualTo(200);
    }

    @Test
    void tellsThePagesWhatEachServiceSaysOfItself() throws Exception {
        JsonNode services = json(get("/services"));

        assertThat(services.path("image").path("status").asString()).isEqualTo("UP");
        assertThat(services.path("image").path("parameters").asInt()).isEqualTo(7);
        assertThat(services.path("speech").path("status").asString()).isEqualTo("ABSENT");
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return client.send(request(path, body), BodyHandlers.ofString());
    }

    private HttpRequest request(String path, String body) {
        return HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "application/json")
                .timeout(PATIENCE)
                .POST(BodyPublishers.ofString(body))
                .build();
    }

    private URI uri(String path) {
        return URI.create("http://localhost:" + port + path);
    }

    private static JsonNode json(HttpResponse<String> response) {
        return JsonMapper.shared().readTree(response.body());
    }

    private static String error(HttpResponse<String> response, String field) {
        return json(response).path("error").path(field).asString();
    }

    /** A service that echoes what it is asked, or does what the body says. */
    private static DisposableServer service(String model) {
        return HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .route(routes -> routes.get(
                                "/v1/models",
                                (request, response) -> "Bearer refused"
                                                .equals(request.requestHeaders().get("Authorization"))
                                        ? response.status(401).sendString(Mono.just("{\"error\": \"no such key\"}"))
                                        : response.header("Content-Type", "application/json")
                                                .sendString(Mono.just(
                                                        "{\"object\": \"list\", \"data\": [{\"id\": \"%s\", \"owned_by\": \"triptych\"}]}"
                                                                .formatted(model))))
                        .get("/actuator/health/readiness", (request, response) -> response.header(
                                        "Content-Type", "application/json")
                                .sendString(Mono.just(
                                        "{\"status\": \"UP\", \"components\": {\"speculation\": {\"details\": {\"model\": \"%s\", \"parameters\": 7}}}}"
                                                .formatted(model))))
                        .post("/**", (request, response) -> {
                            CompletableFuture<Void> mine = gone;
                            request.withConnection(connection -> connection.onDispose(() -> mine.complete(null)));
                            String host = request.requestHeaders().get("Host");
                            String authorization = request.requestHeaders().get("Authorization", "");
                            response.header("X-Content-Type-Options", "nosniff")
                                    .header("Content-Security-Policy", "default-src 'none'");
                            return request.receive().aggregate().asString().flatMap(body -> switch (body) {
                                case "refuse" ->
                                    response.status(429)
                                            .header("Retry-After", "3")
                                            .sendString(Mono.just("{\"error\": \"as the service said it\"}"))
                                            .then();
                                case "events" ->
                                    response.header("Content-Type", "text/event-stream")
                                            .send(ByteBufFlux.fromString(pieces()), piece -> true)
                                            .then();
                                case "sound" ->
                                    response.header("Content-Type", "audio/mpeg")
                                            .send(ByteBufFlux.fromString(pieces()), piece -> true)
                                            .then();
                                case "key" ->
                                    response.sendString(Mono.just(authorization))
                                            .then();
                                case "silence" -> {
                                    received.complete(null);
                                    yield Mono.never();
                                }
                                case "break", "reset" -> {
                                    request.withConnection(connection -> {
                                        if (body.equals("reset")) {
                                            connection.channel().config().setOption(ChannelOption.SO_LINGER, 0);
                                        }
                                        connection.channel().unsafe().closeForcibly();
                                    });
                                    yield Mono.never();
                                }
                                default ->
                                    response.sendString(Mono.just(
                                                    "%s %s %s %s".formatted(model, request.uri(), host, body)))
                                            .then();
                            });
                        }))
                .bindNow();
    }

    private static Flux<String> pieces() {
        CountDownLatch signal = goOn;
        return Flux.concat(
                Mono.just("first"),
                Mono.fromCallable(() -> {
                            signal.await();
                            return "second";
                        })
                        .subscribeOn(Schedulers.boundedElastic()));
    }
}
