package io.triptych.image.web;

import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.info.Info;
import io.triptych.image.ImageEvent;
import io.triptych.image.ImageModel;
import io.triptych.image.ImageRequest;
import io.triptych.openai.OpenPath;
import io.triptych.openai.Responder;
import io.triptych.serving.Generator;
import java.time.Duration;
import java.time.InstantSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.unit.DataSize;
import tools.jackson.databind.json.JsonMapper;

/** What the controllers share. */
@Configuration(proxyBeanMethods = false)
class WebConfiguration {
    @Bean
    ImageRequests imageRequests(ImageModel model, @Value("${triptych.image.images:8}") int maximumImages) {
        return new ImageRequests(model, maximumImages);
    }

    @Bean
    Responder<ImageRequest, ImageEvent> imageResponder(
            Generator<ImageRequest, ImageEvent> generator,
            JsonMapper mapper,
            @Value("${triptych.image.longest-request:10m}") Duration longestRequest) {
        return new Responder<>(generator, mapper, longestRequest);
    }

    @Bean
    PictureStore pictureStore(
            @Value("${triptych.image.file-lifetime:60m}") Duration lifetime,
            @Value("${triptych.image.file-memory:64MB}") DataSize memory) {
        return new PictureStore(lifetime, memory.toBytes(), InstantSource.system());
    }

    /** A file's URL is for those whom it was given to, such as a page that shows the image: its name is the key. */
    @Bean
    OpenPath files() {
        return new OpenPath(FileController.PATH);
    }

    @Bean
    OpenAPI openApi() {
        return new OpenAPI()
                .info(new Info()
                        .title("Triptych images")
                        .description("Images by speculative Jacobi decoding, in the shapes of the OpenAI API, with the "
                                + "extension 'speculation' in requests and responses.")
                        .version("1"));
    }
}
