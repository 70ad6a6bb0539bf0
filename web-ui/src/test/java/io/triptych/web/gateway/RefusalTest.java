package io.triptych.web.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.triptych.web.RealServices;
import io.triptych.web.WithRealServices;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the real services refuse comes through the gateway as they say it. */
class RefusalTest extends WithRealServices {
    private final HttpClient client = HttpClient.newHttpClient();

    @ParameterizedTest
    @ValueSource(strings = {"/v1/models", "/v1/models/triptych-text", "/services/text/actuator/prometheus"})
    void wantsAKey(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url(path))).build();
        HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().allValues("WWW-Authenticate")).containsExactly("Bearer");
        assertThat(answer.headers().allValues("X-Content-Type-Options")).containsExactly("nosniff");
        assertThat(answer.body()).contains("\"invalid_api_key\"");
    }

    /** The service answers while the gateway still sends. */
    @Test
    void takesNoBodyThatIsTooLarge() throws Exception {
        byte[] large = new byte[8 << 20];
        BodyPublisher chunked = BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large));
        for (BodyPublisher body : List.of(BodyPublishers.ofByteArray(large), chunked)) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url("/v1/completions")))
                    .header("Authorization", "Bearer " + RealServices.KEY)
                    .header("Content-Type", "application/json")
                    .POST(body)
                    .build();
            HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(413);
            assertThat(answer.body()).contains("\"request_too_large\"");
        }
    }
}
