package io.triptych.text.web;

import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.info.Info;
import io.triptych.openai.Responder;
import io.triptych.serving.Generator;
import io.triptych.text.TextDelta;
import io.triptych.text.TextModel;
import io.triptych.text.TextRequest;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/** What the controllers share. */
@Configuration(proxyBeanMethods = false)
class WebConfiguration {
    @Bean
    TextRequests textRequests(TextModel model, @Value("${triptych.text.sequences:16}") int maximumSequences) {
        return new TextRequests(model, maximumSequences);
    }

    @Bean
    Responder<TextRequest, TextDelta> textResponder(
            Generator<TextRequest, TextDelta> generator,
            JsonMapper mapper,
            @Value("${triptych.text.longest-request:10m}") Duration longestRequest) {
        return new Responder<>(generator, mapper, longestRequest);
    }

    @Bean
    OpenAPI openApi() {
        return new OpenAPI()
                .info(new Info()
                        .title("Triptych text")
                        .description("Text by tree speculative decoding, in the shapes of the OpenAI API, with the "
                                + "extension 'speculation' in requests and responses.")
                        .version("1"));
    }
}
