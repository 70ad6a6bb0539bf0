package io.triptych.openai;

import java.time.Duration;
import java.util.Map;

/** A request that cannot be served, with the answer it gets. */
public final class ApiException extends RuntimeException {
    private final int status;
    private final ApiError error;
    private final Map<String, String> headers;

    private ApiException(int status, String type, String param, String code, String message) {
        this(status, type, param, code, message, Map.of());
    }

    private ApiException(
            int status, String type, String param, String code, String message, Map<String, String> headers) {
        super(message);
        this.status = status;
        this.error = new ApiError(new ApiError.Body(message, type, param, code));
        this.headers = headers;
    }

    /** 400: the named parameter has a value that cannot be used. */
    public static ApiException invalid(String param, String message) {
        return badRequest(param, "invalid_value", message);
    }

    /** 400 with another code than {@code invalid_value}. */
    public static ApiException badRequest(String param, String code, String message) {
        return new ApiException(400, "invalid_request_error", param, code, message);
    }

    /** 404: this service does not serve that model. */
    public static ApiException modelNotFound(String model, String served) {
        String message = "the model '" + model + "' does not exist here; this service serves '" + served + "'";
        return new ApiException(404, "invalid_request_error", "model", "model_not_found", message);
    }

    /** 404: what the path names is not here. */
    public static ApiException notFound(String code, String message) {
        return ofRequest(404, code, message);
    }

    /** An error of the HTTP exchange itself: no such path, method, media type and the like. */
    static ApiException ofRequest(int status, String code, String message) {
        return new ApiException(status, "invalid_request_error", null, code, message);
    }

    /** 401: the request has no key, or none of ours. */
    static ApiException unknownKey() {
        return new ApiException(
                401,
                "invalid_request_error",
                null,
                "invalid_api_key",
                "this service needs one of its API keys, as the header 'Authorization: Bearer KEY'",
                Map.of("WWW-Authenticate", "Bearer"));
    }

    /** 408: the body did not come in time. */
    static ApiException tooSlow() {
        return ofRequest(408, "request_timeout", "the request's body took too long to come");
    }

    /** 413: the body has more bytes than may be sent. */
    static ApiException tooLarge(long largest) {
        return ofRequest(413, "request_too_large", "a request may have at most " + largest + " bytes");
    }

    /** 429: the queue is full. */
    static ApiException busy(String message, int retryAfterSeconds) {
        return rateLimit("queue_full", message, retryAfterSeconds);
    }

    /** 429: all places of the request's key are taken. */
    static ApiException tooManyOfKey() {
        return rateLimit("rate_limit_exceeded", "too many requests of this API key at the same time", 1);
    }

    private static ApiException rateLimit(String code, String message, int retryAfterSeconds) {
        return new ApiException(
                429,
                "rate_limit_error",
                null,
                code,
                message,
                Map.of("Retry-After", Integer.toString(retryAfterSeconds)));
    }

    /** 504: the work was given up. OpenAI's clients are told not to try again, which would take as long. */
    static ApiException tookTooLong(Duration limit) {
        return new ApiException(
                504,
                "server_error",
                null,
                "time_limit_exceeded",
                "the request took longer than " + limit.toMillis() / 1000.0
                        + " s, waiting included, and was given up; ask for less",
                Map.of("X-Should-Retry", "false"));
    }

    /** 503: there is no model to ask. */
    static ApiException unavailable(String message) {
        return new ApiException(503, "server_error", null, "model_unavailable", message);
    }

    /** 500: our fault. */
    static ApiException internal() {
        return new ApiException(500, "server_error", null, "internal_error", "the service failed; its log says more");
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    public ApiError error() {
        return error;
    }

    /** Headers of the answer. */
    Map<String, String> headers() {
        return headers;
    }
}
