package io.triptych.speech;

import io.triptych.openai.PassTrace;
import io.triptych.openai.SpeculationReport;
import io.triptych.openai.SpeculationRequest;
import io.triptych.openai.SpeculationRequest.Mode;
import io.triptych.sampling.CounterRandom;
import io.triptych.sampling.LogitsPipeline;
import io.triptych.serving.Cancellation;
import io.triptych.serving.GenerativeModel;
import io.triptych.speculation.BudgetController;
import io.triptych.speculation.Contract;
import io.triptych.speculation.DecodingLoop;
import io.triptych.speculation.Drafter;
import io.triptych.speculation.Sequence;
import io.triptych.speculation.SpeculationStats;
import io.triptych.speculation.Target;
import io.triptych.speculation.TokenSink;
import io.triptych.speech.SpeechEvent.Finished;
import io.triptych.speech.SpeechEvent.Sound;
import io.triptych.speech.SpokenLine.Voicing;
import io.triptych.speech.codec.Codec;
import io.triptych.speech.draft.Speculation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;

/** Speaks: turns the lines of a request, one after another, into sequences of the decoding loop and their codes into sound. */
public final class SpeechEngine implements GenerativeModel<SpeechRequest, SpeechEvent> {
    private static final int GOLDEN_FRAMES = 12;

    private final SpeechModel model;
    private final Target target;
    private final Codec codec;
    private final Voicing voicing;
    private final Speculation speculation;
    private final AutoCloseable weights;
    private final DoubleConsumer realTimeFactor;
    private final Map<String, Object> details;

    /**
     * @param target gives logits of codes
     * @param weights what to close when the engine is closed
     * @param realTimeFactor takes what every finished request took, in seconds for a second of sound
     * @param details what health shows of the target
     */
    public SpeechEngine(
            SpeechModel model,
            Target target,
            Codec codec,
            Speculation speculation,
            AutoCloseable weights,
            DoubleConsumer realTimeFactor,
            Map<String, Object> details) {
        this.model = model;
        this.target = target;
        this.codec = codec;
        this.voicing = new Voicing(
                model.shape().codebooks(), codec.codes(), model.shape().endCode());
        this.speculation = speculation;
        this.weights = weights;
        this.realTimeFactor = realTimeFactor;
        this.details = details;
    }

    /** Speaks all lines of a request. */
    @Override
    public List<SpeculationStats> generate(
            SpeechRequest request, Consumer<SpeechEvent> output, Cancellation cancellation) {
        long begin = System.nanoTime();
        List<SpeculationStats> stats = new ArrayList<>();
        List<SpeechReport.Line> told = new ArrayList<>();
        List<PassTrace> trace = request.speculation().trace() ? new ArrayList<>() : null;
        Chunks chunks = new Chunks();
        int framesBefore = 0;
        for (int i = 0; i < request.lines().size() && !cancellation.cancelled(); i++) {
            SpeechRequest.Line line = request.lines().get(i);
            CounterRandom random = new CounterRandom(request.seed()).member(i);
            try (Codec.Stream sound = codec.open()) {
                SpokenLine spoken =
                        new SpokenLine(i, voicing, sound, chunks, samples -> output.accept(new Sound(samples)), trace);
                try (Sequence sequence = open(request, line, random, spoken)) {
                    cancellation.onCancel(sequence::cancel);
                    new DecodingLoop(target).run(List.of(sequence));
                    stats.add(sequence.stats());
                }
                if (!cancellation.cancelled()) {
                    spoken.finish();
                    told.add(account(line, spoken, random, framesBefore));
                }
                framesBefore += spoken.frames();
            }
        }
        if (!cancellation.cancelled()) {
            SpeechReport report = SpeechReport.of(
                    account(request, stats).withTrace(trace),
                    told,
                    request.dropped(),
                    seconds(framesBefore),
                    (System.nanoTime() - begin) / 1e9);
            if (report.realTimeFactor() != null) {
                realTimeFactor.accept(report.realTimeFactor());
            }
            output.accept(new Finished(report));
        }
        return stats;
    }

    private Sequence open(SpeechRequest request, SpeechRequest.Line line, CounterRandom random, TokenSink sink) {
        SpeculationRequest asked = request.speculation();
        Contract contract = asked.mode().contract();
        LogitsPipeline pipeline = new LogitsPipeline(request.sampling());
        int length = line.maximumFrames() * voicing.codebooks();
        boolean off = asked.mode() == Mode.OFF;
        Target.Session session = target.open();
        return new Sequence(
                line.prompt(),
                session,
                off ? Drafter.none() : speculation.drafter(drafter(asked), contract, session, pipeline, random, length),
                off ? BudgetController.fixed(0) : speculation.budget(asked.budget()),
                speculation.verifier(contract, line.prompt().length),
                pipeline,
                random,
                sink,
                length);
    }

    private String drafter(SpeculationRequest asked) {
        List<String> named = asked.drafters().isEmpty() ? model.drafters() : asked.drafters();
        return named.get(0);
    }

    private SpeechReport.Line account(
            SpeechRequest.Line line, SpokenLine spoken, CounterRandom random, int framesBefore) {
        return new SpeechReport.Line(
                line.words(),
                seconds(framesBefore),
                seconds(spoken.frames()),
                spoken.frames(),
                random.seed(),
                spoken.backbonePasses(),
                spoken.depthPasses(),
                spoken.ended() ? SpeechReport.STOP : SpeechReport.LENGTH);
    }

    private SpeculationReport account(SpeechRequest request, List<SpeculationStats> stats) {
        Contract contract = request.speculation().mode().contract();
        SpeculationReport report = SpeculationReport.of(contract, request.seed(), stats);
        return contract == Contract.RELAXED ? report.withBound(speculation.bound()) : report;
    }

    private double seconds(int frames) {
        return frames / codec.frameRate();
    }

    @Override
    public Map<String, Object> details() {
        Map<String, Object> all = new LinkedHashMap<>(details);
        all.put("voices", model.voices());
        all.put("drafters", model.drafters());
        return all;
    }

    @Override
    public SelfCheck selfCheck() {
        int[] plain = golden(Mode.OFF);
        int[] drafted = golden(Mode.EXACT);
        return Arrays.equals(plain, drafted)
                ? new SelfCheck(true, "the golden sentence gives the same codes with and without speculation")
                : new SelfCheck(
                        false,
                        "the golden sentence gives other codes with speculation (" + Arrays.toString(drafted)
                                + ") than without (" + Arrays.toString(plain) + ")");
    }

    /** The first codes of a sentence; they become sound too, so that the first request finds everything warm. */
    private int[] golden(Mode mode) {
        SpeechRequest.Line whole = model.golden();
        SpeechRequest.Line line =
                new SpeechRequest.Line(whole.words(), whole.prompt(), Math.min(GOLDEN_FRAMES, whole.maximumFrames()));
        SpeechRequest request = new SpeechRequest(
                List.of(line), "", model.sampling(), 1, new SpeculationRequest(mode, null, null, null));
        try (Codec.Stream sound = codec.open()) {
            SpokenLine spoken = new SpokenLine(0, voicing, sound, new Chunks(), samples -> {}, null);
            try (Sequence sequence = open(request, line, new CounterRandom(request.seed()), spoken)) {
                new DecodingLoop(target).run(List.of(sequence));
                spoken.finish();
                return sequence.history()
                        .slice(line.prompt().length, sequence.history().size());
            }
        }
    }

    @Override
    public void close() {
        try {
            weights.close();
        } catch (Exception e) {
            throw new IllegalStateException("the weights could not be freed", e);
        }
    }
}
