package io.triptych.text;

import io.triptych.openai.ApiException;
import io.triptych.openai.SpeculationReport;
import io.triptych.openai.SpeculationRequest;
import io.triptych.openai.Usage;
import io.triptych.sampling.CounterRandom;
import io.triptych.sampling.LogitsPipeline;
import io.triptych.sampling.SamplingParameters;
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
import io.triptych.speculation.Verifier;
import io.triptych.text.TextRequest.Prompt;
import io.triptych.text.draft.DraftContext;
import io.triptych.text.draft.DrafterFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Generates text: turns a request into sequences and runs them through the decoding loop, all in the same passes. */
public final class TextEngine implements GenerativeModel<TextRequest, TextDelta> {
    private static final String GOLDEN_PROMPT = "for (int i = 0; i < n; i++) {\n    sum += i;\n}\nfor (int j = 0; j <";
    private static final int GOLDEN_TOKENS = 24;
    private static final int GOLDEN_BUDGET = 8;

    private final TextModel model;
    private final Target target;
    private final AutoCloseable weights;
    private final DrafterFactory drafters;
    private final Supplier<BudgetController> budgets;
    private final Map<Contract, Verifier> verifiers;
    private final Map<String, Object> details;

    /**
     * @param weights what to close when the engine is closed
     * @param budgets makes the budget of a request that names none
     * @param verifiers one for every contract
     * @param details what health shows of the target
     */
    public TextEngine(
            TextModel model,
            Target target,
            AutoCloseable weights,
            DrafterFactory drafters,
            Supplier<BudgetController> budgets,
            Map<Contract, Verifier> verifiers,
            Map<String, Object> details) {
        this.model = model;
        this.target = target;
        this.weights = weights;
        this.drafters = drafters;
        this.budgets = budgets;
        this.verifiers = verifiers;
        this.details = details;
    }

    /** Generates all choices of a request; the last delta has the summary. */
    @Override
    public List<SpeculationStats> generate(TextRequest request, Consumer<TextDelta> output, Cancellation cancellation) {
        LastDelta last = new LastDelta(output);
        List<Sequence> sequences = new ArrayList<>();
        try {
            for (Prompt prompt : request.prompts()) {
                for (int i = 0; i < request.choices(); i++) {
                    TextChoice choice = new TextChoice(sequences.size(), model, request, prompt.maximumTokens(), last);
                    CounterRandom random = new CounterRandom(request.seed()).member(i);
                    sequences.add(open(prompt, request.sampling(), request.speculation(), random, choice));
                }
            }
            cancellation.onCancel(() -> sequences.forEach(Sequence::cancel));
            new DecodingLoop(target).run(sequences);

            List<SpeculationStats> stats =
                    sequences.stream().map(Sequence::stats).toList();
            if (!cancellation.cancelled()) {
                sequences.forEach(this::remember);
                last.end(summary(request, stats));
            }
            return stats;
        } finally {
            sequences.forEach(Sequence::close);
        }
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
                target.open(),
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
        drafters.remember(sequence.history().slice(0, sequence.history().size()));
    }

    private static TextDelta.Summary summary(TextRequest request, List<SpeculationStats> stats) {
        int prompt = request.prompts().stream().mapToInt(p -> p.tokens().length).sum();
        int completion = stats.stream().mapToInt(s -> (int) s.tokens()).sum();
        Contract contract = request.speculation().mode().contract();
        return new TextDelta.Summary(
                Usage.of(prompt, completion), SpeculationReport.of(contract, request.seed(), stats));
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
        for (double temperature : new double[] {0, 0.8}) {
            int[] plain = golden(prompt, temperature, SpeculationRequest.Mode.OFF);
            int[] drafted = golden(prompt, temperature, SpeculationRequest.Mode.EXACT);
            if (!Arrays.equals(plain, drafted)) {
                return new SelfCheck(
                        false,
                        "at temperature " + temperature + " the golden prompt gives other tokens with speculation ("
                                + Arrays.toString(drafted) + ") than without (" + Arrays.toString(plain) + ")");
            }
        }
        return new SelfCheck(true, "the golden prompt gives the same tokens with and without speculation");
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
            new DecodingLoop(target).run(List.of(sequence));
            return sequence.history().slice(prompt.length, sequence.history().size());
        }
    }

    @Override
    public void close() {
        drafters.close();
        try {
            weights.close();
        } catch (Exception e) {
            throw new IllegalStateException("the weights could not be freed", e);
        }
    }

    /** Holds the newest last delta of a choice back, so that the request's very last one can carry the summary. */
    private static final class LastDelta implements Consumer<TextDelta> {
        private final Consumer<TextDelta> output;
        private TextDelta held;

        LastDelta(Consumer<TextDelta> output) {
            this.output = output;
        }

        @Override
        public void accept(TextDelta delta) {
            if (delta.finishReason() == null) {
                output.accept(delta);
                return;
            }
            if (held != null) {
                output.accept(held);
            }
            held = delta;
        }

        void end(TextDelta.Summary summary) {
            output.accept(held.withSummary(summary));
        }
    }
}
