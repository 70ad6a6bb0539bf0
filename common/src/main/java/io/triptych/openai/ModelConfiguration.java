package io.triptych.openai;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.serving.ModelSettings;
import io.triptych.serving.NativeThreads;
import io.triptych.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What a service that serves a checkpoint imports: the checkpoint and what can be known without loading its weights. */
@Configuration(proxyBeanMethods = false)
public class ModelConfiguration {
    private final ModelSettings settings;
    private final Path root;

    ModelConfiguration(ModelSettings settings, @Value("${triptych.root:.}") String root) {
        this.settings = settings;
        this.root = Path.of(root).toAbsolutePath().normalize();
    }

    @Bean
    CheckpointDirectory checkpoint() {
        return CheckpointDirectory.open(root.resolve(settings.model()));
    }

    @Bean
    Tokenizer tokenizer(CheckpointDirectory checkpoint) {
        return Tokenizer.of(checkpoint);
    }

    @Bean
    Models.Model card(CheckpointDirectory checkpoint) throws IOException {
        return Models.Model.of(settings.modelId(), checkpoint);
    }

    @Bean
    NativeThreads nativeThreads() {
        return NativeThreads.prepare(settings.threads());
    }
}
