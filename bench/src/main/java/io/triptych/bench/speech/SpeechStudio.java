package io.triptych.bench.speech;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.decoder.CsmConfig;
import io.triptych.decoder.CsmDecoder;
import io.triptych.decoder.Precision;
import io.triptych.speculation.SpeculationStats;
import io.triptych.speech.SpeechEngine;
import io.triptych.speech.SpeechEvent;
import io.triptych.speech.SpeechModel;
import io.triptych.speech.SpeechReport;
import io.triptych.speech.SpeechRequest;
import io.triptych.speech.codec.Codec;
import io.triptych.speech.codec.CodecConfig;
import io.triptych.speech.draft.CodeSpeculation;
import io.triptych.speech.text.SpeechText;
import io.triptych.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A speech checkpoint as the service loads it, and what it says. Closing it frees the weights. */
public final class SpeechStudio implements AutoCloseable {
    private static final double RELAXATION = 0.2;
    private static final int LONGEST_CAPACITY = 1024;

    private final Tokenizer tokenizer;
    private final SpeechModel model;
    private final CsmDecoder decoder;
    private final Codec codec;
    private final Supplier<CodeSpeculation> speculations;
    private SpeechEngine codes;
    private SpeechEngine sound;

    /**
     * What was said, and what it cost.
     *
     * @param samples the sound's, or the codes where these were asked for
     * @param seconds from the prompt to the last sample
     * @param firstSeconds from the prompt to the first samples
     * @param audioSeconds how long the sound is
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Speech(
            float[] samples,
            int frames,
            long depthPasses,
            double seconds,
            double firstSeconds,
            double draftSeconds,
            double audioSeconds) {
        double depthPassesPerFrame() {
            return (double) depthPasses / frames;
        }
    }

    private SpeechStudio(
            Tokenizer tokenizer,
            SpeechModel model,
            CsmDecoder decoder,
            Codec codec,
            Supplier<CodeSpeculation> speculations) {
        this.tokenizer = tokenizer;
        this.model = model;
        this.decoder = decoder;
        this.codec = codec;
        this.speculations = speculations;
        forget();
    }

    /** From here on estimates of guesses are those of drafters that have seen nothing. */
    void forget() {
        CodeSpeculation speculation = speculations.get();
        codes = engine(new CodesAsSound(codec.codebooks(), codec.codes()), speculation);
        sound = engine(codec, speculation);
    }

    /** Closing the engine closes the studio. */
    private SpeechEngine engine(Codec made, CodeSpeculation speculation) {
        return new SpeechEngine(
                model, decoder, speculation.cost(), made, speculation, this::close, realTimeFactor -> {}, Map.of());
    }

    /** The engine of the service. */
    public SpeechEngine engine() {
        return sound;
    }

    /** Loads a checkpoint in int8. */
    public static SpeechStudio open(Path path) throws IOException {
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(path)) {
            CsmConfig shape = CsmConfig.from(checkpoint);
            Tokenizer tokenizer = Tokenizer.of(checkpoint);
            int capacity = Math.min(LONGEST_CAPACITY, shape.backbone().maximumPositions());
            CsmDecoder decoder = CsmDecoder.load(shape, shape.weights(checkpoint), Precision.INT8, capacity);
            CodecConfig codecShape = CodecConfig.from(checkpoint);
            Codec codec = codecShape.load(checkpoint);
            SpeechModel model = SpeechModel.of(null, tokenizer, shape, capacity, checkpoint);
            return new SpeechStudio(tokenizer, model, decoder, codec, () -> speculation(path, decoder, codecShape));
        }
    }

    private static CodeSpeculation speculation(Path path, CsmDecoder decoder, CodecConfig codecShape) {
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(path)) {
            return CodeSpeculation.of(checkpoint, decoder, codecShape.vectors(checkpoint), RELAXATION);
        }
    }

    SpeechModel model() {
        return model;
    }

    /** The sentence as its voice, of which there are as many as the model has, is to say it. */
    public SpeechRequest request(String sentence, int voice, double temperature, long seed) {
        List<String> voices = model.voices();
        SpeechText.Reading reading = model.text().read(sentence);
        return new SpeechRequest(
                model.lines(reading.utterances(), voices.get(voice % voices.size())),
                reading.dropped(),
                model.sampling().with(temperature, null, null, null),
                seed,
                null);
    }

    /** Makes the codes of a sentence, and no sound. */
    Speech codes(SpeechRequest request, SpeechWay way, Integer largest) {
        return say(codes, request, way, largest);
    }

    /** Makes its sound, as the service does by default. */
    Speech sound(SpeechRequest request, SpeechWay way) {
        return say(sound, request, way, null);
    }

    private static Speech say(SpeechEngine engine, SpeechRequest request, SpeechWay way, Integer largest) {
        List<float[]> pieces = new ArrayList<>();
        long[] first = {0};
        SpeechReport[] report = {null};
        SpeechRequest asked = new SpeechRequest(
                request.lines(), request.dropped(), request.sampling(), request.seed(), way.request(largest));
        long begin = System.nanoTime();
        List<SpeculationStats> stats = engine.generate(asked, event -> {
            if (event instanceof SpeechEvent.Sound piece) {
                first[0] = first[0] == 0 ? System.nanoTime() : first[0];
                pieces.add(piece.samples());
            } else if (event instanceof SpeechEvent.Finished finished) {
                report[0] = finished.report();
            }
        });
        double seconds = (System.nanoTime() - begin) / 1e9;
        return new Speech(
                joined(pieces),
                report[0].lines().stream().mapToInt(SpeechReport.Line::frames).sum(),
                report[0].depthPasses(),
                seconds,
                (first[0] - begin) / 1e9,
                stats.stream().mapToDouble(SpeculationStats::draftSeconds).sum(),
                report[0].audioSeconds());
    }

    private static float[] joined(List<float[]> pieces) {
        float[] samples =
                new float[pieces.stream().mapToInt(piece -> piece.length).sum()];
        int done = 0;
        for (float[] piece : pieces) {
            System.arraycopy(piece, 0, samples, done, piece.length);
            done += piece.length;
        }
        return samples;
    }

    @Override
    public void close() {
        codec.close();
        decoder.close();
        tokenizer.close();
    }
}
