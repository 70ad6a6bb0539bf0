package io.triptych.web.gateway;

import java.util.Arrays;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClientResponseException;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The models of all services that can be reached. A key that one of them refuses is refused here too, in its words. */
@RestController
class ModelsController {
    private static final Logger log = LoggerFactory.getLogger(ModelsController.class);

    private final ServiceClient services;

    ModelsController(ServiceClient services) {
        this.services = services;
    }

    @GetMapping("/v1/models")
    Mono<Models> models(@RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) String authorization) {
        return all(authorization).collectList().map(Models::new);
    }

    @GetMapping("/v1/models/{id}")
    Mono<ResponseEntity<Object>> model(
            @PathVariable("id") String id,
            @RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) String authorization) {
        return all(authorization)
                .filter(model -> id.equals(model.get("id")))
                .next()
                .map(model -> ResponseEntity.ok().<Object>body(model))
                .switchIfEmpty(Mono.fromSupplier(() -> ResponseEntity.status(HttpStatus.NOT_FOUND)
                        .contentType(MediaType.APPLICATION_JSON)
                        .body(ApiError.ofRequest(
                                "model_not_found", "no service that can be reached serves the model '" + id + "'"))));
    }

    /** In the order of the modalities; asked all at once. */
    private Flux<Map<String, Object>> all(String authorization) {
        return Flux.fromIterable(Arrays.asList(Modality.values()))
                .flatMapSequential(
                        modality -> services.models(modality, authorization).onErrorResume(failure -> {
                            if (failure instanceof WebClientResponseException.Unauthorized) {
                                return Mono.error(failure);
                            }
                            log.debug("the {} service does not tell its models", modality.label(), failure);
                            return Mono.empty();
                        }))
                // Several services refuse the same key.
                .onErrorMap(Exceptions::isMultiple, failures -> Exceptions.unwrapMultiple(failures)
                        .get(0))
                .flatMapIterable(Models::data);
    }

    @ExceptionHandler
    ResponseEntity<byte[]> refused(WebClientResponseException.Unauthorized refusal) {
        return ResponseEntity.status(refusal.getStatusCode())
                .header(HttpHeaders.WWW_AUTHENTICATE, "Bearer")
                .contentType(MediaType.APPLICATION_JSON)
                .body(refusal.getResponseBodyAsByteArray());
    }
}
