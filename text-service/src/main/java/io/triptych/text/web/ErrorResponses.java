package io.triptych.text.web;

import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.triptych.openai.ApiError;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Documents the errors of an endpoint. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ApiResponse(
        responseCode = "400",
        description = "A parameter is unknown, unsupported, missing or wrong; param names it",
        content = @Content(mediaType = "application/json", schema = @Schema(implementation = ApiError.class)))
@ApiResponse(
        responseCode = "404",
        description = "No such model",
        content = @Content(mediaType = "application/json", schema = @Schema(implementation = ApiError.class)))
@ApiResponse(
        responseCode = "429",
        description = "The queue is full",
        headers = @Header(name = "Retry-After", description = "seconds", schema = @Schema(type = "integer")),
        content = @Content(mediaType = "application/json", schema = @Schema(implementation = ApiError.class)))
@ApiResponse(
        responseCode = "500",
        description = "The service failed",
        content = @Content(mediaType = "application/json", schema = @Schema(implementation = ApiError.class)))
@interface ErrorResponses {}
