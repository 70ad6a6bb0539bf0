package io.triptych.web.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import tools.jackson.databind.json.JsonMapper;

/** What fails on the way to a service, where no network can be made to fail like that on demand. */
class ApiErrorsTest {
    private static final URI SERVICE = URI.create("http://127.0.0.1:1");

    private final ApiErrors errors =
            new ApiErrors(JsonMapper.shared(), new GatewayProperties(SERVICE, SERVICE, SERVICE, Duration.ofSeconds(1)));

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new ConnectException("Connection refused"), 503, "service_unavailable"),
                Arguments.of(new NoRouteToHostException("No route to host"), 503, "service_unavailable"),
                Arguments.of(new UnknownHostException("text"), 503, "service_unavailable"),
                Arguments.of(new SocketException("Connection reset"), 502, "bad_gateway"),
                Arguments.of(new IOException("Connection reset by peer"), 502, "bad_gateway"),
                Arguments.of(new IllegalStateException("our own fault"), 500, "internal_error"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void tellsWhoFailed(Exception failure, int status, String code) {
        MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.post("/v1/completions"));
        exchange.getAttributes()
                .put(
                        ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR,
                        Route.async()
                                .id("text")
                                .uri(SERVICE)
                                .predicate(request -> true)
                                .build());

        errors.handle(exchange, failure).block();

        assertThat(exchange.getResponse().getStatusCode().value()).isEqualTo(status);
        assertThat(exchange.getResponse().getBodyAsString().block()).contains("\"" + code + "\"");
    }
}
