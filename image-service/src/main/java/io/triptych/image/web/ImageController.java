package io.triptych.image.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import io.triptych.image.ImageEvent;
import io.triptych.image.ImageModel;
import io.triptych.image.ImageRequest;
import io.triptych.openai.Responder;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;
import org.springframework.web.util.UriComponentsBuilder;

@Tag(name = "Images")
@RestController
class ImageController {
    private final ImageModel model;
    private final ImageRequests requests;
    private final Responder<ImageRequest, ImageEvent> responder;
    private final PictureStore store;
    private final String publicAddress;

    ImageController(
            ImageModel model,
            ImageRequests requests,
            Responder<ImageRequest, ImageEvent> responder,
            PictureStore store,
            @Value("${triptych.image.public-address:}") String publicAddress) {
        this.model = model;
        this.requests = requests;
        this.responder = responder;
        this.store = store;
        this.publicAddress = publicAddress;
    }

    @Operation(summary = "Make one or several images that show what a text says")
    @ApiResponse(
            responseCode = "200",
            description = "The images; with stream, previews and images as server-sent events and then [DONE]",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON_VALUE,
                        schema = @Schema(implementation = ImagesResponse.class)),
                @Content(
                        mediaType = MediaType.TEXT_EVENT_STREAM_VALUE,
                        schema = @Schema(implementation = ImageStreamEvent.class))
            })
    @PostMapping(path = "/v1/images/generations", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Object> generate(@RequestBody GenerationRequest request, ServletWebRequest exchange)
            throws InterruptedException {
        ImageRequest image = requests.of(request);
        String files = base(exchange).path(FileController.PATH).toUriString();
        ImageShape shape =
                new ImageShape(model, request, image, file -> files + "/" + store.put(file, request.outputFormat()));
        return responder.respond(image, request.streams(), shape, exchange);
    }

    /**
     * Where files are asked for: where the operator says, or else where this request came in. Headers that a proxy may add,
     * and any client, have no say in it.
     */
    private UriComponentsBuilder base(ServletWebRequest exchange) {
        return publicAddress.isEmpty()
                ? ServletUriComponentsBuilder.fromContextPath(exchange.getRequest())
                : UriComponentsBuilder.fromUriString(publicAddress);
    }
}
