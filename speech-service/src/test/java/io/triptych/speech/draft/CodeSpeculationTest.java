package io.triptych.speech.draft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.decoder.CsmConfig;
import io.triptych.decoder.CsmDecoder;
import io.triptych.decoder.CsmSession;
import io.triptych.decoder.Precision;
import io.triptych.sampling.CounterRandom;
import io.triptych.sampling.SamplingParameters;
import io.triptych.speculation.AcousticGroupVerifier;
import io.triptych.speculation.BudgetController;
import io.triptych.speculation.Contract;
import io.triptych.speculation.DecodingLoop;
import io.triptych.speculation.Drafter;
import io.triptych.speculation.LogitsPipeline;
import io.triptych.speculation.Sequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Speculation about the codes of a tiny model that speaks, in every way that a request may ask for. */
class CodeSpeculationTest {
    private static final int FRAMES = 8;
    private static final int CODES = FRAMES * HeadsFixture.CODEBOOKS;

    @TempDir
    private Path directory;

    private CheckpointDirectory checkpoint;
    private CsmDecoder target;
    private CodeSpeculation speculation;

    /** What came out, and the passes of the depth decoder. */
    private record Spoken(int[] codes, long depthPasses) {}

    @BeforeEach
    void load() throws IOException {
        checkpoint = CheckpointDirectory.open(new HeadsFixture().writeTo(directory));
        CsmConfig config = CsmConfig.from(checkpoint);
        target = CsmDecoder.load(config, config.weights(checkpoint), Precision.INT8, 64);
        speculation = CodeSpeculation.of(checkpoint, target, vectors(), 0.2);
    }

    @AfterEach
    void close() {
        target.close();
        checkpoint.close();
    }

    @Test
    void exactGivesThePlainCodesForAllDraftersSizesAndTemperatures() {
        List<SamplingParameters> samplings = List.of(
                SamplingParameters.ofTemperature(0),
                SamplingParameters.ofTemperature(0.1),
                SamplingParameters.ofTemperature(0.6),
                SamplingParameters.ofTemperature(1),
                new SamplingParameters(Map.of(3, 1f), 1, 0, 0, 0.9, 12, 0.02, 0.9));
        long plainPasses = 0;
        long passes = 0;
        for (int seed = 0; seed < 25; seed++) {
            SamplingParameters sampling = samplings.get(seed % samplings.size());
            Spoken plain = speak(Contract.EXACT, null, 0, sampling, seed);
            for (String drafter : speculation.drafters()) {
                for (Integer size : new Integer[] {1, 2, 3, 7, null}) {
                    Spoken drafted = speak(Contract.EXACT, drafter, size, sampling, seed);
                    assertThat(drafted.codes)
                            .as("%s by %s, seed %s", drafter, size, seed)
                            .isEqualTo(plain.codes);
                    plainPasses += plain.depthPasses;
                    passes += drafted.depthPasses;
                }
            }
        }
        assertThat(passes).isLessThan(plainPasses);
    }

    @Test
    void otherContractsGiveOtherCodes() {
        SamplingParameters sampling = SamplingParameters.ofTemperature(1);
        for (Contract contract : new Contract[] {Contract.DISTRIBUTION, Contract.RELAXED}) {
            for (String drafter : speculation.drafters()) {
                int different = 0;
                for (int seed = 0; seed < 5; seed++) {
                    Spoken plain = speak(Contract.EXACT, null, 0, sampling, seed);
                    Spoken drafted = speak(contract, drafter, 3, sampling, seed);
                    assertThat(drafted.codes).hasSize(CODES);
                    different += Arrays.equals(drafted.codes, plain.codes) ? 0 : 1;
                }
                assertThat(different).isPositive();
            }
        }
    }

    @Test
    void whatOneContractAcceptsSaysNothingOfAnother() {
        for (String drafter : speculation.drafters()) {
            assertThat(Arrays.stream(Contract.values())
                            .map(contract -> speculation.acceptance(drafter, contract))
                            .collect(Collectors.toSet()))
                    .hasSameSizeAs(Contract.values());
            assertThat(speculation.acceptance(drafter, Contract.EXACT))
                    .isSameAs(speculation.acceptance(drafter, Contract.EXACT));
        }
    }

    @Test
    void severalSequencesAreDraftedInTheSamePasses() {
        SamplingParameters sampling = SamplingParameters.ofTemperature(0.6);
        int[][] together = new int[3][];
        Sequence[] sequences = new Sequence[together.length];
        for (int i = 0; i < together.length; i++) {
            sequences[i] =
                    open(Contract.EXACT, i == 0 ? CodeSpeculation.HEADS : CodeSpeculation.PREVIOUS, 3, sampling, i);
        }
        new DecodingLoop(target).run(List.of(sequences));
        for (int i = 0; i < together.length; i++) {
            assertThat(codes(sequences[i])).isEqualTo(speak(Contract.EXACT, null, 0, sampling, i).codes);
            sequences[i].close();
        }
    }

    @Test
    void withoutHeadsThePreviousFrameDrafts() {
        try (CheckpointDirectory bare = CheckpointDirectory.open(HeadsFixture.CHECKPOINT)) {
            CodeSpeculation untrained = CodeSpeculation.of(bare, target, vectors(), 0.2);
            assertThat(untrained.drafters()).containsExactly(CodeSpeculation.PREVIOUS);
        }
        assertThat(speculation.drafters()).containsExactly(CodeSpeculation.HEADS, CodeSpeculation.PREVIOUS);
        assertThatThrownBy(() -> speculation.drafter("other", Contract.EXACT, null, null, null, 10))
                .hasMessageContaining("other");
    }

    @Test
    void relaxationHasTheBoundThatItWasGiven() {
        AcousticGroupVerifier verifier = (AcousticGroupVerifier) speculation.verifier(Contract.RELAXED, 4);
        assertThat(verifier.bound()).isEqualTo(speculation.bound()).isEqualTo(0.2);
        for (Contract contract : Contract.values()) {
            assertThat(speculation.verifier(contract, 4).contract()).isEqualTo(contract);
        }
    }

    private Spoken speak(Contract contract, String drafter, Integer size, SamplingParameters sampling, long seed) {
        try (Sequence sequence = open(contract, drafter, size, sampling, seed)) {
            new DecodingLoop(target).run(List.of(sequence));
            return new Spoken(codes(sequence), session.depthPasses());
        }
    }

    private CsmSession session; // of the sequence that was opened last

    private Sequence open(Contract contract, String drafter, Integer size, SamplingParameters sampling, long seed) {
        CsmConfig config = target.config();
        int[] prompt = {
            config.inputToken(5), config.inputToken(6 + (int) seed % 7), config.inputToken(9), config.inputToken(4)
        };
        session = target.open();
        LogitsPipeline pipeline = new LogitsPipeline(sampling);
        CounterRandom noise = new CounterRandom(seed);
        boolean plain = drafter == null;
        return new Sequence(
                prompt,
                session,
                plain ? Drafter.none() : speculation.drafter(drafter, contract, session, pipeline, noise, CODES),
                plain ? BudgetController.fixed(0) : speculation.budget(size),
                speculation.verifier(contract, prompt.length),
                pipeline,
                noise,
                (token, source, logits) -> true,
                CODES);
    }

    private static int[] codes(Sequence sequence) {
        int promptLength = sequence.history().promptLength();
        return sequence.history().slice(promptLength, sequence.history().size());
    }

    private static float[][][] vectors() {
        Random random = new Random(2);
        float[][][] vectors = new float[HeadsFixture.CODEBOOKS][32][4];
        for (float[][] codebook : vectors) {
            for (float[] vector : codebook) {
                for (int i = 0; i < vector.length; i++) {
                    vector[i] = random.nextFloat();
                }
            }
        }
        return vectors;
    }
}
