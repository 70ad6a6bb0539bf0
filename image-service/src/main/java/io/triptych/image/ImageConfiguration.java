package io.triptych.image;

import io.micrometer.core.instrument.MeterRegistry;
import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.decoder.JanusConfig;
import io.triptych.openai.ModelConfiguration;
import io.triptych.openai.Models;
import io.triptych.openai.OpenAiConfiguration;
import io.triptych.serving.Generator;
import io.triptych.serving.InferenceExecutor;
import io.triptych.serving.NativeThreads;
import io.triptych.serving.ServingConfiguration;
import io.triptych.serving.SpeculationMetrics;
import io.triptych.tokenizer.Tokenizer;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * How the service is put together. The model loads on the native thread while the rest of the service starts; the
 * service is ready when both are done and the self-check has passed, and ends if the model cannot be loaded.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ImageProperties.class)
@Import({ModelConfiguration.class, OpenAiConfiguration.class, ServingConfiguration.class})
class ImageConfiguration {
    private static final int PROMPT_ROOM = 256;
    private static final int SHORTEST_PROMPT = 3;

    private final ImageProperties properties;

    ImageConfiguration(ImageProperties properties) {
        this.properties = properties;
    }

    @Bean
    ImageModel imageModel(Models.Model card, CheckpointDirectory checkpoint, Tokenizer tokenizer) {
        JanusConfig shape = JanusConfig.from(checkpoint);
        int enough = Math.min(shape.imageTokens() + PROMPT_ROOM, shape.text().maximumPositions());
        int capacity = properties.capacity() == 0 ? enough : properties.capacity();
        return ImageModel.of(
                card,
                tokenizer,
                shape,
                shape.text().capacity("triptych.image.capacity", capacity, shape.imageTokens() + SHORTEST_PROMPT),
                checkpoint);
    }

    /** Asks for the thread settings because they must be made before the engine loads. */
    @Bean
    InferenceExecutor<ImageRequest, ImageEvent> inferenceExecutor(
            NativeThreads threads, CheckpointDirectory checkpoint, ImageModel model) {
        return new InferenceExecutor<>(
                "image-inference",
                properties.queue(),
                properties.images(),
                properties.grace(),
                new ImageEngineLoader(properties, checkpoint, model));
    }

    @Bean
    SpeculationMetrics speculationMetrics(
            MeterRegistry registry, InferenceExecutor<ImageRequest, ImageEvent> executor) {
        return new SpeculationMetrics(registry, "image", executor::queueDepth);
    }

    @Bean
    Generator<ImageRequest, ImageEvent> imageGenerator(
            InferenceExecutor<ImageRequest, ImageEvent> executor, SpeculationMetrics metrics) {
        return new Generator<>(executor, metrics);
    }
}
