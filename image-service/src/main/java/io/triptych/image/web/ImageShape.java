package io.triptych.image.web;

import io.triptych.image.ImageEvent;
import io.triptych.image.ImageEvent.Finished;
import io.triptych.image.ImageEvent.Preview;
import io.triptych.image.ImageEvent.Progress;
import io.triptych.image.ImageModel;
import io.triptych.image.ImageRequest;
import io.triptych.image.Picture;
import io.triptych.openai.ResponseShape;
import io.triptych.openai.SpeculationReport;
import io.triptych.openai.SseWriter;
import io.triptych.sampling.SamplingParameters;
import java.io.IOException;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Tells images: events in, JSON and files out. */
final class ImageShape implements ResponseShape<ImageEvent> {
    /** What the model does about the parameters that it does not have. */
    private static final String BACKGROUND = "opaque";

    private static final String QUALITY = "auto";

    private final long created = Instant.now().getEpochSecond();
    private final ImageModel model;
    private final GenerationRequest asked;
    private final ImageRequest request;
    private final Function<byte[], String> urls;

    /** @param urls keeps a file and tells its URL */
    ImageShape(ImageModel model, GenerationRequest asked, ImageRequest request, Function<byte[], String> urls) {
        this.model = model;
        this.asked = asked;
        this.request = request;
        this.urls = urls;
    }

    @Override
    public void write(ImageEvent event, SseWriter stream) throws IOException {
        if (event instanceof Preview preview) {
            String file = base64(encode(preview.picture(), Map.of()));
            send(stream, "image_generation.partial_image", event, preview.index(), file, null, null);
        } else if (event instanceof Finished finished) {
            String file = base64(file(finished));
            send(stream, "image_generation.completed", event, null, file, usage(1), finished.speculation());
        } else if (event instanceof Progress progress) {
            stream.comment(
                    "image " + progress.image() + ": " + progress.tokens() + " of " + progress.whole() + " tokens");
        }
    }

    private void send(
            SseWriter stream,
            String type,
            ImageEvent event,
            Integer preview,
            String file,
            ImageUsage usage,
            SpeculationReport speculation)
            throws IOException {
        long now = Instant.now().getEpochSecond();
        String format = asked.outputFormat().label();
        stream.send(
                type,
                new ImageStreamEvent(
                        type,
                        event.image(),
                        preview,
                        file,
                        now,
                        model.size(),
                        QUALITY,
                        BACKGROUND,
                        format,
                        usage,
                        speculation));
    }

    @Override
    public ImagesResponse whole(List<ImageEvent> events) {
        List<ImagesResponse.Image> images = events.stream()
                .filter(Finished.class::isInstance)
                .map(Finished.class::cast)
                .sorted(Comparator.comparingInt(Finished::image))
                .map(this::image)
                .toList();
        return new ImagesResponse(
                created, BACKGROUND, images, asked.outputFormat().label(), model.size(), usage(images.size()));
    }

    private ImagesResponse.Image image(Finished image) {
        return asked.responseFormat() == GenerationRequest.Delivery.URL
                ? new ImagesResponse.Image(null, urls.apply(file(image)), image.speculation())
                : new ImagesResponse.Image(base64(file(image)), null, image.speculation());
    }

    private byte[] file(Finished image) {
        return encode(image.picture(), texts(image.speculation()));
    }

    private byte[] encode(Picture picture, Map<String, String> texts) {
        return asked.outputFormat().encode(picture, asked.outputCompression(), texts);
    }

    /** What makes the image again, under the names of the request. */
    private Map<String, String> texts(SpeculationReport speculation) {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("Software", "Triptych");
        texts.put("prompt", asked.prompt());
        if (asked.negativePrompt() != null) {
            texts.put("negative_prompt", asked.negativePrompt());
        }
        SamplingParameters sampling = request.sampling();
        texts.put("seed", Long.toString(speculation.seed()));
        texts.put("contract", speculation.contract());
        texts.put("model", model.card().id());
        texts.put("guidance_scale", Double.toString(request.guidance()));
        texts.put("temperature", Double.toString(sampling.temperature()));
        texts.put("top_k", Integer.toString(sampling.topK()));
        texts.put("top_p", Double.toString(sampling.topP()));
        texts.put("min_p", Double.toString(sampling.minP()));
        return texts;
    }

    private ImageUsage usage(int images) {
        return ImageUsage.of(request.prompt().length, images * model.shape().imageTokens());
    }

    private static String base64(byte[] file) {
        return Base64.getEncoder().encodeToString(file);
    }
}
