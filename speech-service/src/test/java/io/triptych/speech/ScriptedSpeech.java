package io.triptych.speech;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.decoder.CsmConfig;
import io.triptych.openai.Models;
import io.triptych.openai.OpenAiConfiguration;
import io.triptych.sampling.Randomness;
import io.triptych.sampling.SamplingParameters;
import io.triptych.serving.Generator;
import io.triptych.serving.InferenceExecutor;
import io.triptych.serving.NativeThreads;
import io.triptych.serving.ServerContract;
import io.triptych.serving.ServingConfiguration;
import io.triptych.serving.SpeculationMetrics;
import io.triptych.speculation.BudgetController;
import io.triptych.speculation.Contract;
import io.triptych.speculation.Drafter;
import io.triptych.speculation.ExactVerifier;
import io.triptych.speculation.GroupBudget;
import io.triptych.speculation.GroupDrafter;
import io.triptych.speculation.JacobiDrafter.Redraw;
import io.triptych.speculation.LogitsPipeline;
import io.triptych.speculation.MultiCandidateVerifier;
import io.triptych.speculation.MultiCandidateVerifier.Siblings;
import io.triptych.speculation.ScriptedTarget;
import io.triptych.speculation.Target;
import io.triptych.speculation.Verifier;
import io.triptych.speculation.WindowInitialiser;
import io.triptych.speech.codec.Codec;
import io.triptych.speech.draft.Speculation;
import io.triptych.speech.text.SpeechText;
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
 * The service around a target that says what a test tells it to: frames of 4 codes, each of which becomes a quarter of the
 * frame's samples. It reads text with the tiny checkpoint's tokenizer and lexicon.
 */
@TestConfiguration(proxyBeanMethods = false)
@Import({OpenAiConfiguration.class, ServingConfiguration.class})
public class ScriptedSpeech {
    public static final int CODEBOOKS = 4;
    public static final int VECTORS = 32;
    public static final int END = VECTORS;
    public static final int SAMPLE_RATE = 16_000;
    public static final int FRAME = 640;
    public static final int CAPACITY = 1000;
    public static final double BOUND = 0.25;
    private static final int CODES = VECTORS + 2;

    /** The directory of the tiny checkpoint. */
    public static Path tinyCheckpoint() {
        return Path.of(System.getProperty("triptych.root", ".."), "speech-service/src/test/resources/tiny-speech");
    }

    @Bean
    CheckpointDirectory checkpoint() {
        return CheckpointDirectory.open(tinyCheckpoint());
    }

    @Bean
    Tokenizer tokenizer(CheckpointDirectory checkpoint) {
        return Tokenizer.of(checkpoint);
    }

    @Bean
    ScriptedTarget target() {
        return new ScriptedTarget(CODES, CAPACITY * CODEBOOKS, script());
    }

    /** A code for every index of a sequence; none ends the speech. */
    public static int[] script() {
        return IntStream.range(0, CAPACITY * CODEBOOKS)
                .map(i -> 11 * i % VECTORS)
                .toArray();
    }

    /** The sample that a code becomes, 160 times, exactly as 16 bits have it. */
    public static int sample(int code) {
        return 1000 * code;
    }

    @Bean
    Models.Model card() {
        return new Models.Model("scripted", 1);
    }

    @Bean
    SpeechModel speechModel(Models.Model card, CheckpointDirectory checkpoint, Tokenizer tokenizer) {
        return new SpeechModel(
                card,
                new SpeechText(checkpoint, tokenizer),
                SpeechModel.voicesOf(checkpoint),
                List.of("previous", "other"),
                new CsmConfig(null, null, CODEBOOKS, CODES, END, true),
                CAPACITY,
                SAMPLE_RATE,
                FRAME,
                SamplingParameters.ofTemperature(1));
    }

    private static final class ScriptedCodec implements Codec {
        @Override
        public int sampleRate() {
            return SAMPLE_RATE;
        }

        @Override
        public int samplesPerFrame() {
            return FRAME;
        }

        @Override
        public int codebooks() {
            return CODEBOOKS;
        }

        @Override
        public int codes() {
            return VECTORS;
        }

        @Override
        public Stream open() {
            return new Stream() {
                @Override
                public float[] decode(int[][] frames) {
                    float[] samples = new float[frames.length * FRAME];
                    for (int i = 0; i < samples.length; i++) {
                        int code = frames[i / FRAME][i % FRAME * CODEBOOKS / FRAME];
                        samples[i] = sample(code) / (float) Short.MAX_VALUE;
                    }
                    return samples;
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public void close() {}
    }

    private static final class ScriptedSpeculation implements Speculation {
        @Override
        public Drafter drafter(
                String name,
                Contract contract,
                Target.Session session,
                LogitsPipeline pipeline,
                Randomness randomness,
                int length) {
            return new GroupDrafter(
                    name,
                    contract == Contract.EXACT ? Redraw.SHARED_NOISE : Redraw.COUPLED,
                    WindowInitialiser.previousFrame(CODEBOOKS),
                    CODEBOOKS,
                    CODES,
                    randomness,
                    length,
                    GroupDrafter.acceptance(CODEBOOKS).forRequest());
        }

        @Override
        public BudgetController budget(Integer largest) {
            return new GroupBudget(BudgetController.fixed(largest == null ? CODEBOOKS : largest), CODEBOOKS);
        }

        @Override
        public Verifier verifier(Contract contract, int promptLength) {
            return contract == Contract.EXACT
                    ? new ExactVerifier()
                    : new MultiCandidateVerifier(Siblings.WITHOUT_REPLACEMENT);
        }

        @Override
        public double bound() {
            return BOUND;
        }
    }

    @Bean
    InferenceExecutor<SpeechRequest, SpeechEvent> executor(ScriptedTarget target, SpeechModel model) {
        return new InferenceExecutor<>(
                "scripted-inference",
                ServerContract.QUEUE,
                ServerContract.ROOM,
                Duration.ofSeconds(5),
                () -> new SpeechEngine(
                        model,
                        target,
                        null,
                        new ScriptedCodec(),
                        new ScriptedSpeculation(),
                        () -> {},
                        factor -> {},
                        Map.of()));
    }

    @Bean
    SpeculationMetrics metrics(
            ObjectProvider<MeterRegistry> registry, InferenceExecutor<SpeechRequest, SpeechEvent> executor) {
        return new SpeculationMetrics(
                registry.getIfAvailable(SimpleMeterRegistry::new), "speech", executor::queueDepth);
    }

    @Bean
    NativeThreads threads() {
        return new NativeThreads(1, true);
    }

    @Bean
    Generator<SpeechRequest, SpeechEvent> generator(
            InferenceExecutor<SpeechRequest, SpeechEvent> executor, SpeculationMetrics metrics) {
        return new Generator<>(executor, metrics);
    }
}
