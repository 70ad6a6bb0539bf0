package io.triptych.web.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A service that is killed in the middle of a stream, stays away for a while and comes back at the same address. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
@Timeout(60)
class BrokenStreamTest {
    private static final String FIRST = "data: {\"choices\":[]}\n\n";
    private static final int SERVICE = freePort();

    private final HttpClient client = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    @DynamicPropertySource
    static void addresses(DynamicPropertyRegistry properties) {
        properties.add("triptych.gateway.text", () -> "http://127.0.0.1:" + SERVICE);
        properties.add("triptych.gateway.image", () -> "http://127.0.0.1:1");
        properties.add("triptych.gateway.speech", () -> "http://127.0.0.1:1");
    }

    /** A process that is killed has its connections closed, or reset if there was something left to read. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void endsTheStreamTellsWhoIsAwayAndServesAgain(boolean reset) throws Exception {
        CompletableFuture<Socket> streaming = new CompletableFuture<>();
        ServerSocket service = listen();
        Thread serving = serve(service, streaming);

        HttpResponse<InputStream> stream = client.send(request(), BodyHandlers.ofInputStream());
        assertThat(stream.statusCode()).isEqualTo(200);
        try (InputStream body = stream.body()) {
            assertThat(new String(body.readNBytes(FIRST.length()), StandardCharsets.UTF_8))
                    .isEqualTo(FIRST);
            kill(streaming.get(), service, reset);
            assertThat(rest(body))
                    .as("neither more events nor an end that looks like one")
                    .isEqualTo(new Rest("", true));
        }
        serving.join();

        HttpResponse<String> away = client.send(request(), BodyHandlers.ofString());
        assertThat(away.statusCode()).isEqualTo(503);
        JsonNode error = JsonMapper.shared().readTree(away.body()).path("error");
        assertThat(error.path("code").asString()).isEqualTo("service_unavailable");
        assertThat(error.path("message").asString())
                .startsWith("the text service cannot be reached at http://127.0.0.1:" + SERVICE);

        CompletableFuture<Socket> again = new CompletableFuture<>();
        ServerSocket back = listen();
        serving = serve(back, again);
        HttpResponse<InputStream> next = client.send(request(), BodyHandlers.ofInputStream());
        assertThat(next.statusCode()).isEqualTo(200);
        try (InputStream body = next.body()) {
            assertThat(new String(body.readNBytes(FIRST.length()), StandardCharsets.UTF_8))
                    .isEqualTo(FIRST);
        }
        kill(again.get(), back, reset);
        serving.join();
    }

    /** The negative control: a stream that ends as it should is told from one that was cut. */
    @Test
    void passesAnOrderlyEndOn() throws Exception {
        CompletableFuture<Socket> streaming = new CompletableFuture<>();
        ServerSocket service = listen();
        Thread serving = serve(service, streaming);
        HttpResponse<InputStream> stream = client.send(request(), BodyHandlers.ofInputStream());
        try (InputStream body = stream.body()) {
            body.readNBytes(FIRST.length());
            streaming
                    .get()
                    .getOutputStream()
                    .write("e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            assertThat(rest(body)).isEqualTo(new Rest("data: [DONE]\n\n", false));
        }
        kill(streaming.get(), service, false);
        serving.join();
    }

    private HttpRequest request() {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/v1/completions"))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(30))
                .POST(BodyPublishers.ofString("{\"stream\": true}"))
                .build();
    }

    /** What still comes, and whether it was cut in the middle: then the client knows that something is missing. */
    private record Rest(String text, boolean broken) {}

    private static Rest rest(InputStream body) {
        StringBuilder rest = new StringBuilder();
        try {
            for (int read = body.read(); read >= 0; read = body.read()) {
                rest.append((char) read);
            }
        } catch (IOException e) {
            return new Rest(rest.toString(), true);
        }
        return new Rest(rest.toString(), false);
    }

    /** Answers one request with the head of a stream and its first event, then waits to be killed. */
    private static Thread serve(ServerSocket service, CompletableFuture<Socket> streaming) {
        Thread thread = new Thread(() -> {
            try {
                Socket socket = service.accept();
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
                for (String line = in.readLine(); !line.isEmpty(); ) {
                    line = in.readLine();
                }
                String head =
                        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
                String chunk = Integer.toHexString(FIRST.length()) + "\r\n" + FIRST + "\r\n";
                socket.getOutputStream().write((head + chunk).getBytes(StandardCharsets.UTF_8));
                streaming.complete(socket);
            } catch (IOException e) {
                streaming.completeExceptionally(e);
            }
        });
        thread.start();
        return thread;
    }

    private static void kill(Socket socket, ServerSocket service, boolean reset) throws IOException {
        socket.setSoLinger(reset, 0);
        service.close();
        socket.close();
    }

    private static ServerSocket listen() throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), SERVICE));
        return socket;
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
