package io.triptych.image.web;

import io.triptych.image.ImageEngine;
import io.triptych.image.ImageModel;
import io.triptych.image.ImageRequest;
import io.triptych.openai.ApiException;
import io.triptych.openai.PromptLength;
import io.triptych.openai.Seeds;
import io.triptych.openai.SpeculationRequest;
import java.util.List;

/** Turns what clients ask for into what the engine needs to know, or refuses it before any work is done. */
final class ImageRequests {
    private final ImageModel model;
    private final int maximumImages;

    /** @param maximumImages the most images of one request */
    ImageRequests(ImageModel model, int maximumImages) {
        this.model = model;
        this.maximumImages = maximumImages;
    }

    ImageRequest of(GenerationRequest request) {
        model.card().require(request.model());
        requireSize(request.size());
        requireDelivery(request);
        int images = orElse(request.n(), 1);
        if (images > maximumImages) {
            throw ApiException.invalid(
                    "n", "a request may ask for at most " + maximumImages + " images, not " + images);
        }
        int[] prompt = prompt("prompt", request.prompt());
        return new ImageRequest(
                prompt,
                request.negativePrompt() == null
                        ? model.unconditional(prompt)
                        : prompt("negative_prompt", request.negativePrompt()),
                orElse(request.guidanceScale(), model.guidance()),
                images,
                model.sampling().with(request.temperature(), request.topK(), request.minP(), request.topP()),
                Seeds.orDrawn(request.seed()),
                orElse(request.partialImages(), 0),
                speculation(orElse(request.speculation(), SpeculationRequest.DEFAULT)));
    }

    private void requireSize(String size) {
        String own = model.size();
        if (size != null && !size.equals("auto") && !size.equals(own)) {
            throw ApiException.invalid("size", "size must be " + own + ", which is all that this model makes, or auto");
        }
    }

    private static void requireDelivery(GenerationRequest request) {
        if (request.outputFormat() == PictureFormat.PNG && request.outputCompression() != 100) {
            throw ApiException.invalid(
                    "output_compression", "output_compression is for jpeg and webp; png loses nothing");
        }
        if (request.streams() && request.responseFormat() == GenerationRequest.Delivery.URL) {
            throw ApiException.invalid("response_format", "response_format must be b64_json with stream");
        }
        if (!request.streams() && orElse(request.partialImages(), 0) > 0) {
            throw ApiException.invalid("partial_images", "partial_images needs stream to be true");
        }
    }

    private int[] prompt(String param, String text) {
        int room = model.capacity() - model.shape().imageTokens();
        PromptLength.require(param, text, room);
        int[] prompt = model.prompt(text);
        if (prompt.length > room) {
            throw ApiException.badRequest(
                    param,
                    "context_length_exceeded",
                    "this model's context is " + model.capacity() + " tokens, of which an image takes "
                            + model.shape().imageTokens() + " and leaves " + room + ", but " + param + " has "
                            + prompt.length + " tokens");
        }
        return prompt;
    }

    private static SpeculationRequest speculation(SpeculationRequest speculation) {
        List<String> drafters = speculation.drafters();
        if (drafters.size() > 1) {
            throw ApiException.invalid("speculation.drafters", "an image has one drafter; name one");
        }
        if (!ImageEngine.DRAFTERS.containsAll(drafters)) {
            throw ApiException.invalid(
                    "speculation.drafters",
                    "there is no drafter '" + drafters.get(0) + "'; there are " + ImageEngine.DRAFTERS);
        }
        if (drafters.contains(ImageEngine.PLAIN_JACOBI) && speculation.mode() != SpeculationRequest.Mode.DISTRIBUTION) {
            throw ApiException.invalid(
                    "speculation.drafters",
                    "the drafter '" + ImageEngine.PLAIN_JACOBI + "' is for the mode distribution");
        }
        return speculation;
    }

    private static <T> T orElse(T value, T otherwise) {
        return value == null ? otherwise : value;
    }
}
