package io.triptych.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UnsupportedEncodingException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.springframework.http.MediaType;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks and reads what every endpoint has in common. For the tests of every service. */
public final class ApiAnswers {
    private ApiAnswers() {}

    /** Posts JSON. */
    public static MockHttpServletResponse post(MockMvcTester http, String uri, String content) {
        return http.post()
                .uri(uri)
                .contentType(MediaType.APPLICATION_JSON)
                .content(content)
                .exchange()
                .getResponse();
    }

    /** Gets what a server on this machine has at a path. */
    public static String get(int port, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .build();
        HttpResponse<String> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body();
    }

    /** Checks that an answer is the one shape of errors. */
    public static void assertError(MockHttpServletResponse response, int status, String param, String code) {
        assertThat(response.getStatus()).as(content(response)).isEqualTo(status);
        assertThat(response.getContentType()).startsWith("application/json");
        JsonNode error = body(response).path("error");
        assertThat(error.propertyNames()).containsExactlyInAnyOrder("message", "type", "param", "code");
        assertThat(error.path("message").stringValue()).isNotBlank().doesNotContain("io.triptych");
        assertThat(error.path("type").stringValue())
                .isEqualTo(status == 500 ? "server_error" : "invalid_request_error");
        assertThat(error.path("param").isNull() ? null : error.path("param").stringValue())
                .as(content(response))
                .isEqualTo(param);
        assertThat(error.path("code").stringValue()).isEqualTo(code);
    }

    /** The events of a stream, comments left out, the end checked; each begins with {@code event:} or {@code data:}. */
    public static List<String> events(MockHttpServletResponse response) {
        assertThat(response.getContentType()).as(content(response)).startsWith("text/event-stream");
        String[] events = content(response).split("\n\n", -1);
        assertThat(events).hasSizeGreaterThan(2).endsWith("data: [DONE]", "");
        List<String> told = new ArrayList<>();
        for (int i = 0; i < events.length - 2; i++) {
            if (!events[i].startsWith(": ")) {
                told.add(events[i]);
            }
        }
        return told;
    }

    public static JsonNode body(MockHttpServletResponse response) {
        return json(content(response));
    }

    public static String content(MockHttpServletResponse response) {
        try {
            return response.getContentAsString();
        } catch (UnsupportedEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    public static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }
}
