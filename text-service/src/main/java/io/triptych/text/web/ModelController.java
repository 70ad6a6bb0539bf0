package io.triptych.text.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import io.triptych.openai.ApiException;
import io.triptych.text.TextModel;
import io.triptych.text.web.Models.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

@Tag(name = "Models")
@RestController
class ModelController {
    private final TextModel model;

    ModelController(TextModel model) {
        this.model = model;
    }

    @Operation(summary = "The models that are served here")
    @GetMapping("/v1/models")
    Models models() {
        return new Models(new Model(model.id(), model.created()));
    }

    @Operation(summary = "One model")
    @GetMapping("/v1/models/{id}")
    Model model(@PathVariable("id") String id) {
        if (!id.equals(model.id())) {
            throw ApiException.modelNotFound(id, model.id());
        }
        return new Model(model.id(), model.created());
    }
}
