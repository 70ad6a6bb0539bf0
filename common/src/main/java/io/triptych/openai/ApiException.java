package io.triptych.openai;

/** A request that cannot be served, with the answer it gets. */
public final class ApiException extends RuntimeException {
    private final int status;
    private final ApiError error;

    private ApiException(int status, String type, String param, String code, String message) {
        super(message);
        this.status = status;
        this.error = new ApiError(new ApiError.Body(message, type, param, code));
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

    /** 429: the queue is full. */
    static ApiException busy(String message) {
        return new ApiException(429, "rate_limit_error", null, "queue_full", message);
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
}
