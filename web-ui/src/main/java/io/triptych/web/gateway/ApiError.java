package io.triptych.web.gateway;

import com.fasterxml.jackson.annotation.JsonInclude;

/** The one shape of every error, as the services have it: OpenAI's. */
record ApiError(Body error) {
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Body(String message, String type, String param, String code) {}

    /** 503: a service cannot be reached. */
    static ApiError unreachable(Modality modality, String address) {
        String message = "the %s service cannot be reached at %s: it is not running, or not yet"
                .formatted(modality.label(), address);
        return new ApiError(new Body(message, "server_error", null, "service_unavailable"));
    }

    /** 502: a service broke off before it answered. */
    static ApiError brokenOff(Modality modality, String address) {
        String message = "the %s service at %s broke off before it answered; its log says more"
                .formatted(modality.label(), address);
        return new ApiError(new Body(message, "server_error", null, "bad_gateway"));
    }

    /** Whatever is wrong with a request that no service saw. */
    static ApiError ofRequest(String code, String message) {
        return new ApiError(new Body(message, "invalid_request_error", null, code));
    }

    /** 500: the gateway's own fault. */
    static ApiError internal() {
        return new ApiError(new Body("the gateway failed; its log says more", "server_error", null, "internal_error"));
    }
}
