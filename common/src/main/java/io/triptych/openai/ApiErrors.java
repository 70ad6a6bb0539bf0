package io.triptych.openai;

import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.triptych.serving.ModelUnavailableException;
import io.triptych.serving.QueueFullException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.exc.ValueInstantiationException;

/** Turns whatever goes wrong into the one shape of errors. */
@RestControllerAdvice
final class ApiErrors {
    private static final Logger LOG = LoggerFactory.getLogger(ApiErrors.class);

    @ExceptionHandler
    @ApiResponse(
            responseCode = "400",
            description = "A parameter is unknown, unsupported, missing or wrong; param names it",
            content = @Content(schema = @Schema(implementation = ApiError.class)))
    @ApiResponse(
            responseCode = "401",
            description = "The service has API keys, and the request none of them",
            content = @Content(schema = @Schema(implementation = ApiError.class)))
    @ApiResponse(
            responseCode = "413",
            description = "The request is too large",
            content = @Content(schema = @Schema(implementation = ApiError.class)))
    @ApiResponse(
            responseCode = "504",
            description = "The request took too long and was given up",
            content = @Content(schema = @Schema(implementation = ApiError.class)))
    ResponseEntity<ApiError> refused(ApiException e) {
        return answer(e);
    }

    @ExceptionHandler
    @ApiResponse(
            responseCode = "429",
            description = "All places of the queue or of the API key are taken; Retry-After says when to try again, in "
                    + "seconds",
            content = @Content(schema = @Schema(implementation = ApiError.class)))
    ResponseEntity<ApiError> busy(QueueFullException e) {
        return answer(ApiException.busy(e.getMessage(), e.retryAfterSeconds()));
    }

    @ExceptionHandler
    @ApiResponse(
            responseCode = "503",
            description = "The service is shutting down",
            content = @Content(schema = @Schema(implementation = ApiError.class)))
    ResponseEntity<ApiError> unavailable(ModelUnavailableException e) {
        return answer(ApiException.unavailable(e.getMessage()));
    }

    /** Work is given up when its client is gone, which nobody reads, or when the service shuts down. */
    @ExceptionHandler
    ResponseEntity<ApiError> cancelled(CancellationException e) {
        return answer(ApiException.unavailable("the service is shutting down"));
    }

    @ExceptionHandler
    ResponseEntity<ApiError> unreadable(HttpMessageNotReadableException e) {
        return answer(explain(e));
    }

    /** The client is gone: there is nobody to answer. */
    @ExceptionHandler
    void gone(AsyncRequestNotUsableException e) {}

    /** Whatever Spring refuses by itself, and everything that nobody expected. */
    @ExceptionHandler
    @ApiResponse(
            responseCode = "500",
            description = "The service failed",
            content = @Content(schema = @Schema(implementation = ApiError.class)))
    ResponseEntity<ApiError> other(Exception e, ServletWebRequest request) {
        if (e instanceof ErrorResponse response) {
            int status = response.getStatusCode().value();
            return ResponseEntity.status(status)
                    .headers(response.getHeaders())
                    .contentType(MediaType.APPLICATION_JSON)
                    .body(ofStatus(status, request).error());
        }
        LOG.error("{} failed", request.getDescription(false), e);
        return answer(ApiException.internal());
    }

    /** What an HTTP status of the framework means to a client of this API. */
    static ApiException ofStatus(int status, ServletWebRequest request) {
        String method = request.getHttpMethod().name();
        String path = request.getRequest().getRequestURI();
        return switch (status) {
            case 404 -> ApiException.ofRequest(404, "unknown_url", "unknown request URL: " + method + " " + path);
            case 405 -> ApiException.ofRequest(405, "method_not_allowed", method + " is not allowed for " + path);
            case 406 ->
                ApiException.ofRequest(406, "not_acceptable", "the answer is application/json or text/event-stream");
            case 408 -> ApiException.tooSlow();
            case 413 -> ApiException.ofRequest(413, "request_too_large", "the request is too large");
            case 415 -> ApiException.ofRequest(415, "unsupported_media_type", "the request must be application/json");
            default ->
                status < 500
                        ? ApiException.ofRequest(status, "invalid_request", "the request cannot be served")
                        : ApiException.internal();
        };
    }

    private static ApiException explain(HttpMessageNotReadableException unreadable) {
        if (unreadable.getCause() instanceof UnrecognizedPropertyException e) {
            return unknown(e);
        }
        if (unreadable.getCause() instanceof ValueInstantiationException e
                && e.getCause() instanceof ApiException own) {
            return ApiException.invalid(path(e), path(e) + " " + own.getMessage());
        }
        if (unreadable.getCause() instanceof MismatchedInputException e) {
            String what = e.getPath().isEmpty() ? "the request" : path(e);
            return ApiException.badRequest(path(e), "invalid_type", what + " must be " + expected(e.getTargetType()));
        }
        if (unreadable.getCause() instanceof InputCoercionException e) {
            return ApiException.invalid(path(e), path(e) + " is out of range");
        }
        if (unreadable.getCause() instanceof JacksonException e) {
            // What follows the first parenthesis is about the parser, not about the request.
            String reason = e.getOriginalMessage().replaceFirst("(?s) \\(.*", "");
            return ApiException.badRequest(path(e), "invalid_json", "the request is no valid JSON: " + reason);
        }
        return ApiException.badRequest(null, "invalid_json", "the request must be an object");
    }

    private static ApiException unknown(UnrecognizedPropertyException e) {
        String param = path(e);
        return RequestJson.unsupported(e.getReferringClass(), e.getPropertyName())
                        .isPresent()
                ? ApiException.badRequest(
                        param, "unsupported_parameter", "the parameter " + param + " is not supported")
                : ApiException.badRequest(param, "unknown_parameter", "unknown parameter: " + param);
    }

    /** The place in the request, such as {@code messages[0].content}, or null for the request itself. */
    private static String path(JacksonException e) {
        StringBuilder path = new StringBuilder();
        for (JacksonException.Reference reference : e.getPath()) {
            if (reference.getPropertyName() == null) {
                path.append('[').append(reference.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(reference.getPropertyName());
            }
        }
        return path.isEmpty() ? null : path.toString();
    }

    private static String expected(Class<?> type) {
        if (type == null) {
            return "of another type";
        }
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(value -> value.toString().toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining(", ", "one of ", ""));
        }
        if (type == Boolean.class || type == boolean.class) {
            return "a boolean";
        }
        if (type == Integer.class || type == int.class || type == Long.class || type == long.class) {
            return "an integer";
        }
        if (Number.class.isAssignableFrom(type) || type.isPrimitive()) {
            return "a number";
        }
        if (CharSequence.class.isAssignableFrom(type)) {
            return "a string";
        }
        if (Collection.class.isAssignableFrom(type) || type.isArray()) {
            return "an array";
        }
        return type.isRecord() || Map.class.isAssignableFrom(type) ? "an object" : "of another type";
    }

    private static ResponseEntity<ApiError> answer(ApiException e) {
        return ResponseEntity.status(e.status())
                .headers(headers -> e.headers().forEach(headers::set))
                .contentType(MediaType.APPLICATION_JSON)
                .body(e.error());
    }
}
