package io.triptych.openai;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import io.triptych.openai.Models.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

@Tag(name = "Models")
@RestController
final class ModelController {
    private final Model model;

    ModelController(Model model) {
        this.model = model;
    }

    @Operation(summary = "The models that are served here")
    @GetMapping("/v1/models")
    Models models() {
        return new Models(model);
    }

    @Operation(summary = "One model")
    @GetMapping("/v1/models/{id}")
    Model model(@PathVariable("id") String id) {
        model.require(id);
        return model;
    }
}
