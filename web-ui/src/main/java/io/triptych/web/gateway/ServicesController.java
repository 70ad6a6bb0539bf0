package io.triptych.web.gateway;

import java.util.Arrays;
import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** For the pages: what each service says of itself, always with status 200. Monitoring reads {@code /actuator/health}. */
@RestController
class ServicesController {
    private final ServiceClient services;

    ServicesController(ServiceClient services) {
        this.services = services;
    }

    /** By modality: {@code status} is UP, OUT_OF_SERVICE while a model loads, DOWN, or ABSENT if nobody answers. */
    @GetMapping("/services")
    Mono<Map<String, Map<String, Object>>> services() {
        return Flux.fromIterable(Arrays.asList(Modality.values()))
                .flatMap(modality -> services.readiness(modality)
                        .onErrorReturn(Map.of("status", "ABSENT"))
                        .map(told -> Map.entry(modality.label(), told)))
                .collectMap(Map.Entry::getKey, Map.Entry::getValue);
    }
}
