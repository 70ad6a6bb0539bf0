package io.triptych.speech;

import io.triptych.openai.PassTrace;
import io.triptych.openai.SpeculationReport;
import io.triptych.openai.SpeculationRequest;
import io.triptych.openai.SpeculationRequest.Mode;
import io.triptych.sampling.CounterRandom;
import io.triptych.serving.Generation;
import io.triptych.serving.GenerativeModel;
import io.triptych.speculation.Contract;
import io.triptych.speculation.DecodingLoop;
import io.triptych.speculation.Drafter;
import io.triptych.speculation.LogitsPipeline;
import io.triptych.speculation.PassCost;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;

/** Speaks: turns the lines of a request, one after another, into sequences and their codes into sound. */
public final class SpeechEngine implements GenerativeModel<SpeechRequest, SpeechEvent> {
    private static final int GOLDEN_FRAMES = 12;

    private final SpeechModel model;
    private final Target target;
    private final Codec codec;
    private final Voicing voicing;
    private final Speculation speculation;
    private final Runnable weights;
    private final DecodingLoop loop;
    private final DoubleConsumer realTimeFactor;
    private final Map<String, Object> details;

    /**
     * @param target gives logits of codes
     * @param cost of passes inside frames, the same that budgets ask
     * @param weights frees the models when the engine is closed
     * @param realTimeFactor takes what every finished request took, in seconds for a second of sound
     * @param details what health shows of the target
     */
    public SpeechEngine(
            SpeechModel model,
            Target target,
            PassCost cost,
            Codec codec,
            Speculation speculation,
            Runnable weights,
            DoubleConsumer realTimeFactor,
            Map<String, Object> details) {
        this.model = model;
        this.target = target;
        this.loop = new DecodingLoop(target, cost);
        this.codec = codec;
        this.voicing = new Voicing(
                model.shape().codebooks(), codec.codes(), model.shape().endCode());
        this.speculation = speculation;
        this.weights = weights;
        this.realTimeFactor = realTimeFactor;
        this.details = details;
    }

    @Override
    public DecodingLoop loop() {
        return loop;
    }

    @Override
    public int sequences(SpeechRequest request) {
        return 1;
    }

    /** Begins to speak; the last event has the report. */
    @Override
    public Generation begin(SpeechRequest request, Consumer<SpeechEvent> output) {
        return new Speaking(request, output);
    }

    /** The lines of a request, one after another. */
    private final class Speaking implements Generation {
        private final SpeechRequest request;
        private final Consumer<SpeechEvent> output;
        private final long begin = System.nanoTime();
        private final Chunks chunks = new Chunks();
        private final List<PassTrace> trace;
        private final List<SpeculationStats> stats = new ArrayList<>();
        private final List<SpeechReport.Line> told = new ArrayList<>();
        private int framesBefore;
        private CounterRandom random; // of the line under way, as are the next three
        private Codec.Stream sound;
        private SpokenLine spoken;
        private Sequence sequence;

        Speaking(SpeechRequest request, Consumer<SpeechEvent> output) {
            this.request = request;
            this.output = output;
            this.trace = request.speculation().trace() ? new ArrayList<>() : null;
        }

        @Override
        public List<Sequence> next() {
            if (sequence != null && sequence.finished()) {
                endLine();
            }
            if (sequence == null && told.size() < request.lines().size()) {
                beginLine(told.size());
            }
            if (sequence == null) {
                finish();
                return List.of();
            }
            return List.of(sequence);
        }

        private void beginLine(int index) {
            sound = codec.open();
            spoken = new SpokenLine(index, voicing, sound, chunks, samples -> output.accept(new Sound(samples)), trace);
            random = new CounterRandom(request.seed()).member(index);
            sequence = open(request, request.lines().get(index), random, spoken);
            stats.add(sequence.stats());
        }

        private void endLine() {
            spoken.finish();
            SpeechRequest.Line line = request.lines().get(told.size());
            told.add(account(line, spoken, random, framesBefore));
            framesBefore += spoken.frames();
            close();
        }

        private void finish() {
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

        @Override
        public List<SpeculationStats> stats() {
            return stats;
        }

        @Override
        public void close() {
            if (sequence != null) {
                sequence.close();
                sequence = null;
            }
            if (sound != null) {
                sound.close();
                sound = null;
            }
        }
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
                speculation.budget(off ? Integer.valueOf(0) : asked.budget()),
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
        return SelfCheck.of("the golden sentence", golden(Mode.OFF), golden(Mode.EXACT));
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
                loop.run(List.of(sequence));
                spoken.finish();
                return sequence.history()
                        .slice(line.prompt().length, sequence.history().size());
            }
        }
    }

    @Override
    public void close() {
        weights.run();
    }
}
