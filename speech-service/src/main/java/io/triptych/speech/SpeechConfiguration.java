package io.triptych.speech;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.decoder.CsmConfig;
import io.triptych.openai.ModelConfiguration;
import io.triptych.openai.Models;
import io.triptych.openai.OpenAiConfiguration;
import io.triptych.serving.Generator;
import io.triptych.serving.InferenceExecutor;
import io.triptych.serving.NativeThreads;
import io.triptych.serving.ServingConfiguration;
import io.triptych.serving.SpeculationMetrics;
import io.triptych.speech.codec.CodecConfig;
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
@EnableConfigurationProperties(SpeechProperties.class)
@Import({ModelConfiguration.class, OpenAiConfiguration.class, ServingConfiguration.class})
class SpeechConfiguration {
    private final SpeechProperties properties;

    SpeechConfiguration(SpeechProperties properties) {
        this.properties = properties;
    }

    @Bean
    SpeechModel speechModel(Models.Model card, CheckpointDirectory checkpoint, Tokenizer tokenizer) {
        CsmConfig shape = CsmConfig.from(checkpoint);
        int least = SpeechModel.leastCapacity(CodecConfig.from(checkpoint));
        int capacity = shape.backbone().capacity("triptych.speech.capacity", properties.capacity(), least);
        return SpeechModel.of(card, tokenizer, shape, capacity, checkpoint);
    }

    /** Asks for the thread settings because they must be made before the engine loads. */
    @Bean
    InferenceExecutor<SpeechRequest, SpeechEvent> inferenceExecutor(
            NativeThreads threads, CheckpointDirectory checkpoint, SpeechModel model, MeterRegistry registry) {
        DistributionSummary realTimeFactor = DistributionSummary.builder("triptych.real.time.factor")
                .tag("modality", "speech")
                .register(registry);
        return new InferenceExecutor<>(
                "speech-inference",
                properties.queue(),
                properties.lines(),
                properties.grace(),
                new SpeechEngineLoader(properties, checkpoint, model, realTimeFactor::record));
    }

    @Bean
    SpeculationMetrics speculationMetrics(
            MeterRegistry registry, InferenceExecutor<SpeechRequest, SpeechEvent> executor) {
        return new SpeculationMetrics(registry, "speech", executor::queueDepth);
    }

    @Bean
    Generator<SpeechRequest, SpeechEvent> speechGenerator(
            InferenceExecutor<SpeechRequest, SpeechEvent> executor, SpeculationMetrics metrics) {
        return new Generator<>(executor, metrics);
    }
}
