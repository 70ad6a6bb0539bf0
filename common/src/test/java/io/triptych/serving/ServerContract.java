package io.triptych.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.triptych.openai.LimitsContract;
import io.triptych.speculation.ScriptedTarget;
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
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What only a real connection shows of a service, whatever it generates: clients that hang up, a queue that fills, and
 * {@linkplain LimitsContract what is let in}.
 * The service of a subclass runs on a scripted target and takes two jobs into its queue.
 */
@Timeout(60)
public abstract class ServerContract extends LimitsContract {
    /** Jobs that may wait. */
    public static final int QUEUE = 2;

    /** Sequences in a pass: one request runs at a time, and what comes behind it waits. */
    public static final int ROOM = 1;

    private final String modality;
    private final String path;
    private final String whole;
    private final String stream;
    private final int sessions;

    @LocalServerPort
    private int port;

    @Autowired
    private ScriptedTarget target;

    @Autowired
    private InferenceExecutor<?, ?> executor;

    @Autowired
    private MeterRegistry registry;

    private final HttpClient http = HttpClient.newHttpClient();

    /**
     * @param whole a request of more than 50 passes
     * @param stream the same, streamed
     * @param sessions of the target that the request opens
     */
    protected ServerContract(String modality, String path, String whole, String stream, int sessions) {
        super(path);
        this.modality = modality;
        this.path = path;
        this.whole = whole;
        this.stream = stream;
        this.sessions = sessions;
    }

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
        for (int i = 0; i < 1 + QUEUE; i++) {
            accepted.add(post(whole));
            int waiting = i;
            await().until(() -> target.openSessions() == sessions && executor.queueDepth() == waiting);
        }
        assertThat(registry.get("triptych.queue.depth")
                        .tag("modality", modality)
                        .gauge()
                        .value())
                .isEqualTo(QUEUE);
        for (String body : List.of(whole, stream)) {
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
        try (Socket client = request(stream)) {
            target.allow(passesToFirst());
            byte[] buffer = new byte[4096];
            StringBuilder received = new StringBuilder();
            while (received.indexOf(firstOfStream()) < 0) {
                int count = client.getInputStream().read(buffer);
                received.append(new String(buffer, 0, count, StandardCharsets.UTF_8));
            }
            assertThat(received).contains(streamType()).doesNotContain("[DONE]");
        }
    }

    /** What a stream holds once {@link #passesToFirst} have ended. */
    protected abstract String firstOfStream();

    /** Passes until a stream tells something. */
    protected int passesToFirst() {
        return 1;
    }

    /** The media type of a stream. */
    protected String streamType() {
        return "text/event-stream";
    }

    @Test
    void aClientThatHangsUpEndsItsStream() throws Exception {
        long before = target.passes();
        Socket client = request(stream);
        await().until(() -> target.openSessions() == sessions);
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
        aClientThatHangsUpFreesItsPlace(stream);
    }

    @Test
    void aClientThatHangsUpBeforeItsAnswerFreesItsPlace() throws Exception {
        aClientThatHangsUpFreesItsPlace(whole);
    }

    private void aClientThatHangsUpFreesItsPlace(String body) throws Exception {
        CompletableFuture<HttpResponse<String>> running = post(whole);
        await().until(() -> target.openSessions() == sessions);
        Socket client = request(body);
        await().until(() -> executor.queueDepth() == 1);
        client.close();
        await().until(() -> executor.queueDepth() == 0);
        assertThat(running).isNotDone();
        target.release();
        assertThat(running.get().statusCode()).isEqualTo(200);
    }

    @Test
    void aClientThatHangsUpWhileItsAnswerIsMadeEndsTheWork() throws Exception {
        long before = target.passes();
        Socket client = request(whole);
        await().until(() -> target.openSessions() == sessions);
        client.close();
        await().until(() -> {
            target.allow(1);
            return target.openSessions() == 0;
        });
        assertThat(target.passes() - before).isLessThan(50);
    }

    private CompletableFuture<HttpResponse<String>> post(String body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + KEY)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return http.sendAsync(request, BodyHandlers.ofString());
    }

    /** Sends a request over a socket that the test can close. */
    private Socket request(String body) throws IOException {
        Socket socket = new Socket("localhost", port);
        OutputStream out = socket.getOutputStream();
        out.write(("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        + "Authorization: Bearer " + KEY + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.UTF_8));
        out.flush();
        return socket;
    }
}
