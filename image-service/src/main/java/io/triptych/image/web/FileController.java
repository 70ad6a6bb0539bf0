package io.triptych.image.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import io.triptych.openai.ApiException;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

@Tag(name = "Images")
@RestController
class FileController {
    static final String PATH = "/v1/images/files";

    private final PictureStore store;

    FileController(PictureStore store) {
        this.store = store;
    }

    @Operation(summary = "A generated image, as long as its URL lasts")
    @ApiResponse(
            responseCode = "200",
            description = "The file",
            content = @Content(mediaType = "image/*", schema = @Schema(type = "string", format = "binary")))
    @GetMapping(PATH + "/{name}")
    ResponseEntity<byte[]> file(@PathVariable("name") String name) {
        PictureStore.StoredFile file = store.get(name)
                .orElseThrow(() ->
                        ApiException.notFound("file_not_found", "there is no such file, or not any more: " + name));
        return ResponseEntity.ok()
                .contentType(MediaType.parseMediaType(file.format().mediaType()))
                .body(file.bytes());
    }
}
