package io.triptych.image;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.decoder.JanusConfig;
import io.triptych.openai.Models;
import io.triptych.openai.OpenAiConfiguration;
import io.triptych.sampling.SamplingParameters;
import io.triptych.serving.Generator;
import io.triptych.serving.InferenceExecutor;
import io.triptych.serving.NativeThreads;
import io.triptych.serving.ServerContract;
import io.triptych.serving.ServingConfiguration;
import io.triptych.serving.SpeculationMetrics;
import io.triptych.speculation.BudgetController;
import io.triptych.speculation.LatentVerifier;
import io.triptych.speculation.ScriptedTarget;
import io.triptych.speculation.WindowInitialiser;
import io.triptych.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * The service around a target that says what a test tells it to: images of 8 x 8 codes, each of which becomes 2 x 2
 * equal pixels. Prompts are in the tokens of the default text checkpoint.
 */
@TestConfiguration(proxyBeanMethods = false)
@Import({OpenAiConfiguration.class, ServingConfiguration.class})
public class ScriptedImages {
    public static final int GRID = 8;
    public static final int CODES = 64;
    public static final int PROMPT_ROOM = 20;
    public static final double GUIDANCE = 3;
    public static final double BOUND = 0.25;

    /** So many codes in succession are like each other: 0 and 1, 2 and 3, and so on. */
    public static final int NEIGHBOURS = 2;

    private static final int CAPACITY = GRID * GRID + PROMPT_ROOM;
    private static final int WINDOW = 8;

    @Bean
    CheckpointDirectory checkpoint() {
        return CheckpointDirectory.open(Path.of(System.getProperty("triptych.root"), "models", "text"));
    }

    @Bean
    Tokenizer tokenizer(CheckpointDirectory checkpoint) {
        return Tokenizer.of(checkpoint);
    }

    @Bean
    ScriptedTarget target() {
        return new ScriptedTarget(CODES, CAPACITY, script());
    }

    /** A code for every index of a sequence. */
    public static int[] script() {
        return IntStream.range(0, CAPACITY).map(i -> 11 * i % CODES).toArray();
    }

    /** The red, green and blue of a code. */
    public static int[] colour(int code) {
        return new int[] {4 * code, 255 - code, 7};
    }

    @Bean
    Models.Model card() {
        return new Models.Model("scripted", 1);
    }

    @Bean
    ImageModel imageModel(Models.Model card, Tokenizer tokenizer) {
        JanusConfig.Vq vq = new JanusConfig.Vq(CODES, 4, 4, 32, List.of(1, 1), 1);
        return new ImageModel(
                card,
                tokenizer,
                new JanusConfig(null, vq, 2, GRID, 1, 2, 3),
                CAPACITY,
                SamplingParameters.ofTemperature(1),
                GUIDANCE,
                WindowInitialiser.likeAbove(GRID));
    }

    private static byte[] pixels(int[] codes) {
        byte[] rgb = new byte[codes.length * 4 * 3];
        for (int pixel = 0; pixel < rgb.length / 3; pixel++) {
            int x = pixel % (2 * GRID);
            int y = pixel / (2 * GRID);
            int[] colour = colour(codes[y / 2 * GRID + x / 2]);
            for (int i = 0; i < 3; i++) {
                rgb[3 * pixel + i] = (byte) colour[i];
            }
        }
        return rgb;
    }

    @Bean
    InferenceExecutor<ImageRequest, ImageEvent> executor(ScriptedTarget target, ImageModel model) {
        int[][] neighbours =
                IntStream.range(0, CODES).mapToObj(code -> new int[] {code ^ 1}).toArray(int[][]::new);
        return new InferenceExecutor<>(
                "scripted-inference",
                ServerContract.QUEUE,
                ServerContract.ROOM,
                Duration.ofSeconds(5),
                () -> new ImageEngine(
                        model,
                        target,
                        null,
                        ScriptedImages::pixels,
                        () -> {},
                        request -> BudgetController.fixed(WINDOW),
                        new LatentVerifier(neighbours, BOUND),
                        Map.of()));
    }

    @Bean
    SpeculationMetrics metrics(
            ObjectProvider<MeterRegistry> registry, InferenceExecutor<ImageRequest, ImageEvent> executor) {
        return new SpeculationMetrics(registry.getIfAvailable(SimpleMeterRegistry::new), "image", executor::queueDepth);
    }

    @Bean
    NativeThreads threads() {
        return new NativeThreads(1, true);
    }

    @Bean
    Generator<ImageRequest, ImageEvent> generator(
            InferenceExecutor<ImageRequest, ImageEvent> executor, SpeculationMetrics metrics) {
        return new Generator<>(executor, metrics);
    }
}
