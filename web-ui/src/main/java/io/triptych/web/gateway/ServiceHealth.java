package io.triptych.web.gateway;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import org.springframework.boot.health.contributor.Status;
import reactor.core.publisher.Mono;

/** Whether one service is ready, in its own words; down if it cannot be reached. */
final class ServiceHealth implements ReactiveHealthIndicator {
    private final ServiceClient services;
    private final Modality modality;
    private final String address;

    ServiceHealth(ServiceClient services, Modality modality, String address) {
        this.services = services;
        this.modality = modality;
        this.address = address;
    }

    @Override
    public Mono<Health> health() {
        return services.readiness(modality)
                .map(told -> Health.status(new Status(String.valueOf(told.get("status"))))
                        .withDetails(told)
                        .withDetail("address", address)
                        .build())
                .onErrorResume(failure -> Mono.just(Health.down()
                        .withDetail("address", address)
                        .withDetail("reason", "cannot be reached: it is not running, or not yet")
                        .build()));
    }
}
