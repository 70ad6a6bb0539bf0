package io.triptych.web.gateway;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/** Answers what fails under {@code /v1} and {@code /services} in the shape of the API; pages have their own. */
@Component
@Order(-2) // before Spring Boot's own
class ApiErrors implements WebExceptionHandler {
    private static final Logger log = LoggerFactory.getLogger(ApiErrors.class);

    private final JsonMapper mapper;
    private final GatewayProperties services;

    ApiErrors(JsonMapper mapper, GatewayProperties services) {
        this.mapper = mapper;
        this.services = services;
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Throwable failure) {
        String path = exchange.getRequest().getPath().value();
        ServerHttpResponse response = exchange.getResponse();
        if (!(path.startsWith("/v1/") || path.startsWith("/services/"))) {
            return Mono.error(failure);
        }
        if (response.isCommitted()) {
            // Spring takes a connection that was reset for the client's, and ends its answer as if that were whole.
            return Mono.error(
                    failure instanceof IOException
                            ? new IllegalStateException("the connection broke in the middle of the answer to " + path)
                            : failure);
        }
        Route route = exchange.getAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
        if (route != null && !(failure instanceof ErrorResponse)) {
            Modality modality = modality(route);
            String address = services.address(modality).toString();
            if (isUnreachable(failure)) {
                return write(response, HttpStatus.SERVICE_UNAVAILABLE, ApiError.unreachable(modality, address));
            }
            if (failure instanceof IOException) {
                return write(response, HttpStatus.BAD_GATEWAY, ApiError.brokenOff(modality, address));
            }
        }
        if (failure instanceof ErrorResponse refusal && refusal.getStatusCode().is4xxClientError()) {
            return write(response, refusal.getStatusCode(), refusal(refusal.getStatusCode(), exchange));
        }
        log.error("{} {} failed", exchange.getRequest().getMethod(), path, failure);
        return write(response, HttpStatus.INTERNAL_SERVER_ERROR, ApiError.internal());
    }

    private static Modality modality(Route route) {
        String label = route.getId().replace("-insight", "");
        return Modality.valueOf(label.toUpperCase(Locale.ROOT));
    }

    private static boolean isUnreachable(Throwable failure) {
        return failure instanceof ConnectException
                || failure instanceof NoRouteToHostException
                || failure instanceof UnknownHostException;
    }

    private static ApiError refusal(HttpStatusCode status, ServerWebExchange exchange) {
        String request =
                exchange.getRequest().getMethod() + " " + exchange.getRequest().getPath();
        return switch (status.value()) {
            case 404 -> ApiError.ofRequest("unknown_url", "there is nothing at " + request);
            case 405 -> ApiError.ofRequest("method_not_allowed", "not possible: " + request);
            default -> ApiError.ofRequest("invalid_request", "refused with status " + status.value() + ": " + request);
        };
    }

    private Mono<Void> write(ServerHttpResponse response, HttpStatusCode status, ApiError error) {
        response.setStatusCode(status);
        response.getHeaders().setContentType(MediaType.APPLICATION_JSON);
        return response.writeWith(
                Mono.fromSupplier(() -> response.bufferFactory().wrap(mapper.writeValueAsBytes(error))));
    }
}
