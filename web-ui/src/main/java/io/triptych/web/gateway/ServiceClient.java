package io.triptych.web.gateway;

import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/** Asks a service about itself. */
@Component
class ServiceClient {
    private final WebClient client = WebClient.create();
    private final GatewayProperties services;

    ServiceClient(GatewayProperties services) {
        this.services = services;
    }

    /**
     * The models that a service serves; an error if it cannot be reached or refuses to tell.
     *
     * @param authorization the key of who asks, or null
     */
    Mono<Models> models(Modality modality, String authorization) {
        return client.get()
                .uri(services.address(modality).resolve("/v1/models"))
                .headers(headers -> {
                    if (authorization != null) {
                        headers.set(HttpHeaders.AUTHORIZATION, authorization);
                    }
                })
                .retrieve()
                .bodyToMono(Models.class)
                .timeout(services.patience());
    }

    /** What a service says of its readiness, ready or not; an error if it cannot be reached. */
    Mono<Map<String, Object>> readiness(Modality modality) {
        return client.get()
                .uri(services.address(modality).resolve("/actuator/health/readiness"))
                .exchangeToMono(answer -> answer.statusCode().is2xxSuccessful()
                                || answer.statusCode().isSameCodeAs(HttpStatus.SERVICE_UNAVAILABLE)
                        ? answer.bodyToMono(JsonNode.class)
                        : answer.<JsonNode>createError())
                .map(ServiceClient::speculation)
                .timeout(services.patience());
    }

    /** Of the group's components, the one that tells of model and self-check; flat. */
    private static Map<String, Object> speculation(JsonNode health) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("status", health.path("status").asString("UNKNOWN"));
        health.path("components")
                .path("speculation")
                .path("details")
                .properties()
                .forEach(detail -> told.put(detail.getKey(), plain(detail.getValue())));
        return told;
    }

    private static Object plain(JsonNode value) {
        return value.isNumber() ? value.numberValue() : value.isValueNode() ? value.asString() : value;
    }
}
