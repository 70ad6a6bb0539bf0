package io.triptych.text;

import io.micrometer.core.instrument.MeterRegistry;
import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.decoder.LlamaConfig;
import io.triptych.decoder.LlamaDecoder;
import io.triptych.openai.OpenAiConfiguration;
import io.triptych.serving.InferenceExecutor;
import io.triptych.serving.NativeThreads;
import io.triptych.serving.SpeculationHealth;
import io.triptych.serving.SpeculationMetrics;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** How the service is put together. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(TextProperties.class)
@Import(OpenAiConfiguration.class)
class TextConfiguration {
    @Bean
    NativeThreads nativeThreads(TextProperties properties) {
        return NativeThreads.prepare(properties.threads());
    }
}
