package io.triptych.web.gateway;

import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.route.builder.RouteLocatorBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Who serves what. Bodies pass as they come, events and audio chunk by chunk, and a client that goes away takes its
 * request to the service with it: the gateway then closes its connection, which is how services learn of it.
 */
@Configuration(proxyBeanMethods = false)
class Routes {
    @Bean
    RouteLocator services(RouteLocatorBuilder builder, GatewayProperties services) {
        RouteLocatorBuilder.Builder routes = builder.routes();
        for (Modality modality : Modality.values()) {
            String address = services.address(modality).toString();
            String service = "/services/" + modality.label();
            // The host stays the client's, so that the URLs of files that a service hands out lead here again.
            routes.route(modality.label(), r -> r.path(modality.paths().toArray(String[]::new))
                    .filters(f -> f.preserveHostHeader())
                    .uri(address));
            routes.route(modality.label() + "-insight", r -> r.path(
                            service + "/actuator/health/**", service + "/actuator/prometheus", service + "/v3/api-docs")
                    .filters(f -> f.stripPrefix(2))
                    .uri(address));
        }
        return routes.build();
    }
}
