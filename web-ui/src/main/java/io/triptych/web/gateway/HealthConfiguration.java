package io.triptych.web.gateway;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.boot.health.contributor.CompositeReactiveHealthContributor;
import org.springframework.boot.health.contributor.ReactiveHealthContributor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The health of all services, as {@code services} in this one's. Its readiness is its own: one door for what is open. */
@Configuration(proxyBeanMethods = false)
class HealthConfiguration {
    @Bean
    ReactiveHealthContributor servicesHealthContributor(ServiceClient client, GatewayProperties addresses) {
        Map<String, ServiceHealth> services = Arrays.stream(Modality.values())
                .collect(Collectors.toMap(
                        Modality::label,
                        modality -> new ServiceHealth(
                                client, modality, addresses.address(modality).toString())));
        return CompositeReactiveHealthContributor.fromMap(services);
    }
}
