package io.triptych.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.triptych.serving.InferenceExecutor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What no decent client sends, byte by byte over a real connection: each is refused as the client's fault or the
 * connection is closed, and the next request is served as if nothing had been.
 */
@SpringBootTest(classes = ScriptedServerTest.Service.class, webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
@Timeout(60)
class HostileRequestsTest {
    private static final String HEAD =
            "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n";
    private static final String GOOD = "{\"prompt\": [5], \"max_tokens\": 2, \"temperature\": 0}";

    @LocalServerPort
    private int port;

    @Autowired
    private InferenceExecutor<?, ?> executor;

    @BeforeEach
    void load() throws InterruptedException {
        executor.awaitLoaded();
    }

    static Stream<Arguments> brokenHttp() {
        String chunked = HEAD + "Transfer-Encoding: chunked\r\n\r\n";
        return Stream.of(
                arguments("a chunk of no length", chunked + "zz\r\n" + GOOD + "\r\n0\r\n\r\n"),
                arguments("a chunk of a negative length", chunked + "-1\r\n" + GOOD + "\r\n0\r\n\r\n"),
                arguments("a chunk longer than any", chunked + "FFFFFFFFFFFFFFFFFF\r\n" + GOOD + "\r\n0\r\n\r\n"),
                arguments("a chunk without its end", chunked + "7fffffff\r\n" + GOOD),
                arguments("a chunk shorter than it says", chunked + "3\r\n" + GOOD + "\r\n0\r\n\r\n"),
                arguments("an unknown transfer encoding", HEAD + "Transfer-Encoding: rot13\r\n\r\n" + GOOD),
                arguments("a negative length", HEAD + "Content-Length: -5\r\n\r\n" + GOOD),
                arguments("a length that is no number", HEAD + "Content-Length: ten\r\n\r\n" + GOOD),
                arguments("a length beyond 64 bits", HEAD + "Content-Length: 99999999999999999999\r\n\r\n" + GOOD),
                arguments("two lengths", HEAD + "Content-Length: 5\r\nContent-Length: 50\r\n\r\n" + GOOD),
                arguments("less than it promised", HEAD + "Content-Length: 2000000000\r\n\r\n" + GOOD),
                arguments("no length", HEAD + "\r\n"),
                arguments("a null byte in the path", "POST /v1/\0completions HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                arguments("a null byte in a header", HEAD + "X: a\0b\r\nContent-Length: 2\r\n\r\n{}"),
                arguments("an encoded null byte", "GET /v1/models/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                arguments("a way out of the root", "GET /v1/../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                arguments("an encoded way out", "GET /v1/%2e%2e/%2e%2e/etc HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                arguments("a header without end", HEAD + "X: " + "x".repeat(1_000_000) + "\r\n\r\n"),
                arguments("headers without end", HEAD + "X: x\r\n".repeat(100_000) + "\r\n"),
                arguments(
                        "a path without end", "GET /" + "x".repeat(1_000_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                arguments("no host", "GET /v1/models HTTP/1.1\r\n\r\n"),
                arguments("a later HTTP", "GET /v1/models HTTP/9.9\r\nHost: localhost\r\n\r\n"),
                arguments("another protocol", "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003"),
                arguments("nothing but lines", "\r\n".repeat(10_000)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenHttp")
    void refusesBrokenHttp(String what, String request) throws IOException {
        String answer = send(request.getBytes(StandardCharsets.ISO_8859_1));
        assertThat(answer).matches("(?s)|HTTP/1\\.1 (4\\d\\d|501|505) .*").doesNotContain("io.triptych", "java.");
        assertServes();
    }

    static Stream<Arguments> brokenJson() {
        String digits = "9".repeat(10_000_000);
        return Stream.of(
                arguments("nothing", ""),
                arguments("null", "null"),
                arguments("a list", "[" + GOOD + "]"),
                arguments("half", GOOD.substring(0, 20)),
                arguments("more after the end", GOOD + "{}"),
                arguments("null bytes", "\0".repeat(1000)),
                arguments("a null byte in a string", "{\"prompt\": \"a\0b\"}"),
                arguments("lists in lists", "[".repeat(500_000)),
                arguments("objects in objects", "{\"prompt\":".repeat(50_000)),
                arguments("a prompt in lists", "{\"prompt\": " + "[".repeat(600) + "5" + "]".repeat(600) + "}"),
                arguments("deep where nobody looks", "{\"tools\": " + "[".repeat(100_000) + "}"),
                arguments("a property twice", "{\"prompt\": [5], \"prompt\": [6]}"),
                arguments("10 MB of digits", "{\"prompt\": [5], \"max_tokens\": " + digits + "}"),
                arguments("900 KB of digits", "{\"prompt\": [5], \"seed\": " + digits.substring(0, 900_000) + "}"),
                arguments("10 MB of digits in a fraction", "{\"prompt\": [5], \"temperature\": 0." + digits + "}"),
                arguments("10 MB of digits for a key", "{\"prompt\": [5], \"logit_bias\": {\"" + digits + "\": 1}}"),
                arguments("10 MB of a name", "{\"" + "x".repeat(10_000_000) + "\": 1}"),
                arguments("an exponent", "{\"prompt\": [5], \"temperature\": 1e999999999}"),
                arguments("an exponent for an integer", "{\"prompt\": [5], \"seed\": 1e999999999}"),
                arguments("beyond 64 bits", "{\"prompt\": [5], \"seed\": 9223372036854775808}"),
                arguments("no number", "{\"prompt\": [5], \"temperature\": NaN}"),
                arguments("a token outside the vocabulary", "{\"prompt\": [2147483647]}"),
                arguments("a negative token", "{\"prompt\": [-1]}"),
                arguments("more prompts than any", "{\"prompt\": [" + "\"a\",".repeat(200_000) + "\"a\"]}"),
                arguments("a prompt of 4 MB", "{\"prompt\": \"" + "a b ".repeat(1_000_000) + "\"}"),
                arguments(
                        "more stops than any", "{\"prompt\": [5], \"stop\": [" + "\"a\",".repeat(200_000) + "\"a\"]}"),
                arguments("a comment", "/* */" + GOOD),
                arguments("half an escape", "{\"prompt\": \"\\ud8\"}"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenJson")
    void refusesBrokenJson(String what, String body) throws IOException {
        assertRefused(post(body.getBytes(StandardCharsets.UTF_8)));
        assertServes();
    }

    @Test
    void refusesWhatIsNoUtf8() throws IOException {
        byte[] cut = "{\"prompt\": \"?\"}".getBytes(StandardCharsets.US_ASCII);
        for (int first : new int[] {0x80, 0xc3, 0xe2, 0xf0, 0xff}) {
            cut[12] = (byte) first;
            assertRefused(post(cut));
        }
        assertServes();
    }

    /** JSON allows half a surrogate pair, and a prompt with one is a prompt like any other. */
    @Test
    void servesHalfASurrogatePair() throws IOException {
        String answer = post("{\"prompt\": \"a\\ud800b\", \"max_tokens\": 1, \"stop\": [\"\\udc00\"]}"
                .getBytes(StandardCharsets.US_ASCII));
        assertThat(answer).startsWith("HTTP/1.1 200 ");
        assertServes();
    }

    /** The negative control: what this class sends as good is good, so a refusal is one of what is bad. */
    @Test
    void servesWhatIsGood() throws IOException {
        assertServes();
        Charset any = StandardCharsets.US_ASCII;
        String chunks = "5\r\n" + GOOD.substring(0, 5) + "\r\n" + Integer.toHexString(GOOD.length() - 5) + "\r\n"
                + GOOD.substring(5) + "\r\n0\r\n\r\n";
        assertThat(send((HEAD + "Transfer-Encoding: chunked\r\n\r\n" + chunks).getBytes(any)))
                .startsWith("HTTP/1.1 200 ");
    }

    private void assertServes() throws IOException {
        String answer = post(GOOD.getBytes(StandardCharsets.US_ASCII));
        assertThat(answer).startsWith("HTTP/1.1 200 ").contains("\"completion_tokens\":2");
    }

    private static void assertRefused(String answer) {
        if (answer.isEmpty()) {
            return;
        }
        assertThat(answer).matches("(?s)HTTP/1\\.1 4\\d\\d .*");
        JsonNode error = JsonMapper.shared()
                .readTree(answer.substring(answer.indexOf('{'), answer.lastIndexOf('}') + 1))
                .path("error");
        assertThat(error.propertyNames()).containsExactlyInAnyOrder("message", "type", "param", "code");
        assertThat(error.path("message").stringValue()).doesNotContain("io.triptych", "tools.jackson");
        assertThat(error.path("message").stringValue().length()).isLessThan(2000);
        assertThat(error.path("type").stringValue()).isEqualTo("invalid_request_error");
    }

    private String post(byte[] body) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes((HEAD + "Content-Length: " + body.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        request.writeBytes(body);
        return send(request.toByteArray());
    }

    /** Sends bytes and returns what comes until the service closes the connection, which may be nothing. */
    private String send(byte[] request) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (Socket socket = new Socket("localhost", port)) {
            socket.setSoTimeout(30_000);
            try {
                socket.getOutputStream().write(request);
                socket.shutdownOutput();
            } catch (SocketException e) {
                // The service closed before it had all: what it answered before can still be there.
            }
            try {
                socket.getInputStream().transferTo(answer);
            } catch (SocketException e) {
                // Closed with the rest unread, which resets the connection.
            }
        }
        return answer.toString(StandardCharsets.UTF_8);
    }
}
