package io.triptych.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.triptych.serving.InferenceExecutor;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Import;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What only a real connection shows: clients that hang up, and a queue that fills. */
@Timeout(60)
@SpringBootTest(classes = ScriptedServerTest.Service.class, webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class ScriptedServerTest {
    @EnableAutoConfiguration
    @Import(ScriptedText.class)
    @ComponentScan("io.triptych.text.web")
    static class Service {}

    private static final String STREAM = "{\"prompt\": [5], \"max_tokens\": 60, \"temperature\": 0, \"stream\": true, "
            + "\"speculation\": {\"mode\": \"off\"}}";
    private static final String WHOLE = STREAM.replace("\"stream\": true", "\"stream\": false");

    @LocalServerPort
    private int port;

    @Autowired
    private ScriptedTarget target;

    @Autowired
    private InferenceExecutor<TextEngine> executor;

    @Autowired
    private MeterRegistry registry;

    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeEach
    void hold() throws InterruptedException {
        executor.awaitLoaded();
        target.hold();
    }

    @AfterEach
    void release() {
        target.release();
        await().until(() -> executor.queueDepth() == 0 && target.openSessions() == 0);
    }

    @Test
    void aFullQueueIs429WithRetryAfter() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> accepted = new ArrayList<>();
        for (int i = 0; i < 1 + ScriptedText.QUEUE; i++) {
            accepted.add(post(WHOLE));
            int waiting = i;
            await().until(() -> target.openSessions() == 1 && executor.queueDepth() == waiting);
        }
        assertThat(registry.get("triptych.queue.depth")
                        .tag("modality", "text")
                        .gauge()
                        .value())
                .isEqualTo(ScriptedText.QUEUE);
        for (String body : List.of(WHOLE, STREAM)) {
            HttpResponse<String> refused = post(body).get();
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(Integer.parseInt(
                            refused.headers().firstValue("Retry-After").orElseThrow()))
                    .isPositive();
            JsonNode error = JsonMapper.shared().readTree(refused.body()).path("error");
            assertThat(error.path("code").stringValue()).isEqualTo("queue_full");
            assertThat(error.path("type").stringValue()).isEqualTo("rate_limit_error");
        }
        target.release();
        for (CompletableFuture<HttpResponse<String>> response : accepted) {
            assertThat(response.get().statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aStreamComesAsItIsGenerated() throws Exception {
        try (Socket client = request(STREAM)) {
            target.allow(1);
            byte[] buffer = new byte[4096];
            StringBuilder received = new StringBuilder();
            while (received.indexOf("data: {") < 0) {
                int count = client.getInputStream().read(buffer);
                received.append(new String(buffer, 0, count, StandardCharsets.UTF_8));
            }
            assertThat(received).contains("text/event-stream").doesNotContain("[DONE]");
        }
    }

    @Test
    void aClientThatHangsUpEndsItsStream() throws Exception {
        long before = target.passes();
        Socket client = request(STREAM);
        await().until(() -> target.openSessions() == 1);
        target.allow(1);
        client.close();
        await().until(() -> target.passes() > before);
        // Every further pass is allowed one by one, so that the job ends by the hang-up and not by its limit.
        await().until(() -> {
            target.allow(1);
            return target.openSessions() == 0;
        });
        assertThat(target.passes() - before).isLessThan(50);
    }

    @Test
    void aClientThatHangsUpInTheQueueFreesItsPlace() throws Exception {
        CompletableFuture<HttpResponse<String>> running = post(WHOLE);
        await().until(() -> target.openSessions() == 1);
        Socket client = request(STREAM);
        await().until(() -> executor.queueDepth() == 1);
        client.close();
        await().until(() -> executor.queueDepth() == 0);
        assertThat(running).isNotDone();
        target.release();
        assertThat(running.get().statusCode()).isEqualTo(200);
    }

    @Test
    void aClientThatHangsUpBeforeItsAnswerEndsTheWork() throws Exception {
        CompletableFuture<HttpResponse<String>> running = post(WHOLE);
        await().until(() -> target.openSessions() == 1);
        Socket client = request(WHOLE);
        await().until(() -> executor.queueDepth() == 1);
        client.close();
        await().until(() -> executor.queueDepth() == 0);
        assertThat(running).isNotDone();
        target.release();
        assertThat(running.get().statusCode()).isEqualTo(200);
    }

    private CompletableFuture<HttpResponse<String>> post(String body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/v1/completions"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return http.sendAsync(request, BodyHandlers.ofString());
    }

    /** Sends a request over a socket that the test can close. */
    private Socket request(String body) throws IOException {
        Socket socket = new Socket("localhost", port);
        OutputStream out = socket.getOutputStream();
        out.write(("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        + "Content-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.UTF_8));
        out.flush();
        return socket;
    }
}
