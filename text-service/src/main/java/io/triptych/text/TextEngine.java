package io.triptych.text;

import io.triptych.openai.ApiException;
import io.triptych.openai.SpeculationReport;
import io.triptych.openai.SpeculationRequest;
import io.triptych.openai.Usage;
import io.triptych.sampling.CounterRandom;
import io.triptych.sampling.SamplingParameters;
import io.triptych.serving.Generation;
import io.triptych.serving.GenerativeModel;
import io.triptych.speculation.BudgetController;
import io.triptych.speculation.Contract;
import io.triptych.speculation.DecodingLoop;
import io.triptych.speculation.Drafter;
import io.triptych.speculation.LogitsPipeline;
import io.triptych.speculation.PassCost;
import io.triptych.speculation.PrefixCache;
import io.triptych.speculation.Sequence;
import io.triptych.speculation.SpeculationStats;
import io.triptych.speculation.TokenSink;
import io.triptych.speculation.Verifier;
import io.triptych.text.TextRequest.Prompt;
import io.triptych.text.draft.DraftContext;
import io.triptych.text.draft.DrafterFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;

/** Generates text: turns a request into sequences, all of which are moved by the same passes. */
public final class TextEngine implements GenerativeModel<TextRequest, TextDelta> {
    private static final String GOLDEN_PROMPT = "for (int i = 0; i < n; i++) {\n    sum += i;\n}\nfor (int j = 0; j <";
    private static final int GOLDEN_TOKENS = 24;
    private static final int GOLDEN_BUDGET = 8;

    private final TextModel model;
    private final PrefixCache target;
    private final Runnable weights;
    private final DecodingLoop loop;
    private final DrafterFactory drafters;
    private final Supplier<BudgetController> budgets;
    private final Map<Contract, Verifier> verifiers;
    private final Map<String, Object> details;

    /**
     * @param cost of the target's passes, the same that budgets and drafters ask
     * @param weights frees the models when the engine is closed
     * @param budgets makes the budget of a sequence whose request names none
     * @param verifiers one for every contract
     * @param details what health shows of the target
     */
    public TextEngine(
            TextModel model,
            PrefixCache target,
            PassCost cost,
            Runnable weights,
            DrafterFactory drafters,
            Supplier<BudgetController> budgets,
            Map<Contract, Verifier> verifiers,
            Map<String, Object> details) {
        this.model = model;
        this.target = target;
        this.loop = new DecodingLoop(target, cost);
        this.weights = weights;
        this.drafters = drafters;
        this.budgets = budgets;
        this.verifiers = verifiers;
        this.details = details;
    }

    @Override
    public DecodingLoop loop() {
        return loop;
    }

    @Override
    public int sequences(TextRequest request) {
        return request.prompts().size() * request.choices();
    }

    /** Begins all choices of a request; the last delta has the summary. */
    @Override
    public Generation begin(TextRequest request, Consumer<TextDelta> output) {
        LastDelta last = new LastDelta(sequences(request), output);
        List<Sequence> sequences = new ArrayList<>();
        int cached = 0;
        try {
            for (Prompt prompt : request.prompts()) {
                for (int i = 0; i < request.choices(); i++) {
                    TextChoice choice = new TextChoice(sequences.size(), model, request, prompt.maximumTokens(), last);
                    CounterRandom random = new CounterRandom(request.seed()).member(i);
                    Sequence sequence = open(prompt, request.sampling(), request.speculation(), random, choice);
                    sequences.add(sequence);
                    cached += i == 0 ? sequence.cached() : 0;
                }
            }
        } catch (RuntimeException e) {
            sequences.forEach(Sequence::close);
            throw e;
        }
        int reused = cached;
        return Generation.of(sequences, () -> {
            last.end(summary(request, sequences, reused));
            sequences.forEach(this::remember); // last, as the store may be written now
        });
    }

    private Sequence open(
            Prompt prompt,
            SamplingParameters sampling,
            SpeculationRequest speculation,
            CounterRandom random,
            TokenSink sink) {
        Contract contract = speculation.mode().contract();
        Drafter drafter = drafter(speculation, new DraftContext(contract, sampling, random));
        return new Sequence(
                prompt.tokens(),
                target.open(prompt.tokens()),
                drafter,
                budget(speculation),
                verifiers.get(contract),
                new LogitsPipeline(sampling),
                random,
                sink,
                prompt.maximumTokens());
    }

    private Drafter drafter(SpeculationRequest speculation, DraftContext context) {
        if (speculation.mode() == SpeculationRequest.Mode.OFF) {
            return Drafter.none();
        }
        try {
            return drafters.create(
                    speculation.drafters().isEmpty() ? drafters.names() : speculation.drafters(), context);
        } catch (IllegalArgumentException e) {
            throw ApiException.invalid("speculation.drafters", e.getMessage());
        }
    }

    private BudgetController budget(SpeculationRequest speculation) {
        if (speculation.mode() == SpeculationRequest.Mode.OFF) {
            return BudgetController.fixed(0);
        }
        return speculation.budget() == null ? budgets.get() : BudgetController.fixed(speculation.budget());
    }

    private void remember(Sequence sequence) {
        drafters.remember(sequence.history()
                .slice(sequence.history().promptLength(), sequence.history().size()));
    }

    private static TextDelta.Summary summary(TextRequest request, List<Sequence> sequences, int cached) {
        List<SpeculationStats> stats = sequences.stream().map(Sequence::stats).toList();
        int prompt = request.prompts().stream().mapToInt(p -> p.tokens().length).sum();
        int completion = stats.stream().mapToInt(s -> (int) s.tokens()).sum();
        Contract contract = request.speculation().mode().contract();
        return new TextDelta.Summary(
                Usage.of(prompt, cached, completion), SpeculationReport.of(contract, request.seed(), stats));
    }

    @Override
    public Map<String, Object> details() {
        Map<String, Object> all = new LinkedHashMap<>(details);
        all.put("drafters", drafters.names());
        return all;
    }

    @Override
    public SelfCheck selfCheck() {
        int[] prompt = model.tokenizer().encode(GOLDEN_PROMPT, true);
        return DoubleStream.of(0, 0.8)
                .mapToObj(temperature -> SelfCheck.of(
                        "at temperature " + temperature + " the golden prompt",
                        golden(prompt, temperature, SpeculationRequest.Mode.OFF),
                        golden(prompt, temperature, SpeculationRequest.Mode.EXACT)))
                .reduce((first, second) -> first.passed() ? second : first)
                .orElseThrow();
    }

    private int[] golden(int[] prompt, double temperature, SpeculationRequest.Mode mode) {
        SamplingParameters sampling = SamplingParameters.ofTemperature(temperature);
        SpeculationRequest speculation = new SpeculationRequest(mode, null, GOLDEN_BUDGET, null);
        int tokens = Math.min(GOLDEN_TOKENS, model.capacity() - prompt.length);
        try (Sequence sequence = open(
                new Prompt(prompt, tokens),
                sampling,
                speculation,
                new CounterRandom(1),
                (token, source, logits) -> true)) {
            loop.run(List.of(sequence));
            return sequence.history().slice(prompt.length, sequence.history().size());
        }
    }

    @Override
    public void close() {
        drafters.close();
        target.close();
        weights.run();
    }

    /** Holds a request's very last delta back, which carries the summary. */
    private static final class LastDelta implements Consumer<TextDelta> {
        private final Consumer<TextDelta> output;
        private int unfinished;
        private TextDelta held;

        LastDelta(int choices, Consumer<TextDelta> output) {
            this.unfinished = choices;
            this.output = output;
        }

        @Override
        public void accept(TextDelta delta) {
            unfinished -= delta.finishReason() == null ? 0 : 1;
            if (unfinished > 0) {
                output.accept(delta);
            } else {
                held = delta;
            }
        }

        void end(TextDelta.Summary summary) {
            output.accept(held.withSummary(summary));
        }
    }
}
