package io.triptych.text;

import io.micrometer.core.instrument.MeterRegistry;
import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.decoder.LlamaConfig;
import io.triptych.openai.ModelConfiguration;
import io.triptych.openai.Models;
import io.triptych.openai.OpenAiConfiguration;
import io.triptych.serving.Generator;
import io.triptych.serving.InferenceExecutor;
import io.triptych.serving.NativeThreads;
import io.triptych.serving.ServingConfiguration;
import io.triptych.serving.SpeculationMetrics;
import io.triptych.text.chat.ChatTemplate;
import io.triptych.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.Set;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * How the service is put together. The model loads on the native thread while the rest of the service starts; the
 * service is ready when both are done and the self-check has passed, and ends if the model cannot be loaded.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(TextProperties.class)
@Import({ModelConfiguration.class, OpenAiConfiguration.class, ServingConfiguration.class})
class TextConfiguration {
    private final TextProperties properties;
    private final Path root;

    TextConfiguration(TextProperties properties, @Value("${triptych.root:.}") String root) {
        this.properties = properties;
        this.root = Path.of(root).toAbsolutePath().normalize();
    }

    @Bean
    TextModel textModel(Models.Model card, CheckpointDirectory checkpoint, Tokenizer tokenizer) {
        LlamaConfig config = LlamaConfig.from(checkpoint);
        int capacity = config.capacity("triptych.text.capacity", properties.capacity(), 2);
        return new TextModel(
                card,
                tokenizer,
                ChatTemplate.of(checkpoint),
                config.vocabularySize(),
                capacity,
                Set.copyOf(config.eosTokens()));
    }

    /** Asks for the thread settings because they must be made before the engine loads. */
    @Bean
    InferenceExecutor<TextRequest, TextDelta> inferenceExecutor(
            NativeThreads threads, CheckpointDirectory checkpoint, TextModel model) {
        return new InferenceExecutor<>(
                "text-inference",
                properties.queue(),
                properties.sequences(),
                properties.grace(),
                new TextEngineLoader(properties, root, checkpoint, model));
    }

    @Bean
    SpeculationMetrics speculationMetrics(MeterRegistry registry, InferenceExecutor<TextRequest, TextDelta> executor) {
        return new SpeculationMetrics(registry, "text", executor::queueDepth);
    }

    @Bean
    Generator<TextRequest, TextDelta> textGenerator(
            InferenceExecutor<TextRequest, TextDelta> executor, SpeculationMetrics metrics) {
        return new Generator<>(executor, metrics);
    }
}
