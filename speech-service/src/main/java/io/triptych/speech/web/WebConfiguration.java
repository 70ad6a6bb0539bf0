package io.triptych.speech.web;

import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.info.Info;
import io.triptych.openai.Responder;
import io.triptych.serving.Generator;
import io.triptych.speech.SpeechEvent;
import io.triptych.speech.SpeechModel;
import io.triptych.speech.SpeechRequest;
import io.triptych.speech.audio.AudioFile;
import io.triptych.speech.audio.AudioFormat;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/** What the controllers share. */
@Configuration(proxyBeanMethods = false)
class WebConfiguration {
    @Bean
    SpeechRequests speechRequests(
            SpeechModel model, @Value("${triptych.speech.longest-speech:10m}") Duration longestSpeech) {
        return new SpeechRequests(model, longestSpeech.toSeconds());
    }

    @Bean
    Responder<SpeechRequest, SpeechEvent> speechResponder(
            Generator<SpeechRequest, SpeechEvent> generator,
            JsonMapper mapper,
            @Value("${triptych.speech.longest-request:30m}") Duration longestRequest) {
        return new Responder<>(generator, mapper, longestRequest);
    }

    /** Writes a file of every format before the service is ready: to load what writes them takes a moment, seconds at first. */
    @Bean
    ApplicationRunner audioFilesTried(SpeechModel model) {
        return arguments -> {
            for (AudioFormat format : AudioFormat.values()) {
                if (format.takes(model.sampleRate())) {
                    try (AudioFile file = new AudioFile(format, model.sampleRate(), 2)) {
                        file.write(new float[model.sampleRate()]);
                        file.finish();
                    }
                }
            }
        };
    }

    @Bean
    OpenAPI openApi() {
        return new OpenAPI()
                .info(new Info()
                        .title("Triptych speech")
                        .description(
                                "Speech by codebook-grouped speculation, in the shapes of the OpenAI API, with the "
                                        + "extension 'speculation' in requests and responses.")
                        .version("1"));
    }
}
