package io.triptych.text;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.openai.Models;
import io.triptych.openai.OpenAiConfiguration;
import io.triptych.serving.Generator;
import io.triptych.serving.InferenceExecutor;
import io.triptych.serving.NativeThreads;
import io.triptych.serving.ServerContract;
import io.triptych.serving.ServingConfiguration;
import io.triptych.serving.SpeculationMetrics;
import io.triptych.speculation.BudgetController;
import io.triptych.speculation.Contract;
import io.triptych.speculation.ExactVerifier;
import io.triptych.speculation.MultiCandidateVerifier;
import io.triptych.speculation.PrefixCache;
import io.triptych.speculation.ScriptedTarget;
import io.triptych.speculation.TypicalVerifier;
import io.triptych.text.chat.ChatTemplate;
import io.triptych.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** The service around a target that says what a test tells it to, in the tokens of the default checkpoint. */
@TestConfiguration(proxyBeanMethods = false)
@Import({OpenAiConfiguration.class, ServingConfiguration.class})
public class ScriptedText {
    private static final int CAPACITY = 64;

    /** What the default checkpoint's tokenizer ends a text with. */
    public static final int END = 0;

    @Bean
    CheckpointDirectory checkpoint() {
        return CheckpointDirectory.open(Path.of(System.getProperty("triptych.root"), "models", "text"));
    }

    @Bean
    Tokenizer tokenizer(CheckpointDirectory checkpoint) {
        return Tokenizer.of(checkpoint);
    }

    @Bean
    ScriptedTarget target(Tokenizer tokenizer) {
        return new ScriptedTarget(tokenizer.size(), CAPACITY, tokenizer.encode("int x = 0;", false));
    }

    @Bean
    Models.Model card() {
        return new Models.Model("scripted", 1);
    }

    @Bean
    TextModel textModel(Models.Model card, Tokenizer tokenizer, ScriptedTarget target, CheckpointDirectory checkpoint) {
        return new TextModel(
                card, tokenizer, ChatTemplate.of(checkpoint), target.vocabularySize(), target.capacity(), Set.of(END));
    }

    @Bean
    ScriptedDrafters drafters(ScriptedTarget target) {
        return new ScriptedDrafters(target);
    }

    @Bean
    InferenceExecutor<TextRequest, TextDelta> executor(
            ScriptedTarget target, TextModel model, ScriptedDrafters drafters) {
        return new InferenceExecutor<>(
                "scripted-inference",
                ServerContract.QUEUE,
                ServerContract.ROOM,
                Duration.ofSeconds(5),
                () -> new TextEngine(
                        model,
                        new PrefixCache(target, 0),
                        null,
                        () -> {},
                        drafters,
                        () -> BudgetController.fixed(16),
                        Map.of(
                                Contract.EXACT,
                                new ExactVerifier(),
                                Contract.DISTRIBUTION,
                                new MultiCandidateVerifier(MultiCandidateVerifier.Siblings.WITHOUT_REPLACEMENT),
                                Contract.RELAXED,
                                new TypicalVerifier()),
                        Map.of()));
    }

    @Bean
    SpeculationMetrics metrics(
            ObjectProvider<MeterRegistry> registry, InferenceExecutor<TextRequest, TextDelta> executor) {
        return new SpeculationMetrics(registry.getIfAvailable(SimpleMeterRegistry::new), "text", executor::queueDepth);
    }

    @Bean
    NativeThreads threads() {
        return new NativeThreads(1, true);
    }

    @Bean
    Generator<TextRequest, TextDelta> generator(
            InferenceExecutor<TextRequest, TextDelta> executor, SpeculationMetrics metrics) {
        return new Generator<>(executor, metrics);
    }
}
