package io.triptych.image;

import io.triptych.openai.SpeculationReport;
import io.triptych.openai.SpeculationRequest;
import io.triptych.openai.SpeculationRequest.Mode;
import io.triptych.sampling.CounterRandom;
import io.triptych.serving.Generation;
import io.triptych.serving.GenerativeModel;
import io.triptych.speculation.BudgetController;
import io.triptych.speculation.Contract;
import io.triptych.speculation.DecodingLoop;
import io.triptych.speculation.Drafter;
import io.triptych.speculation.ExactVerifier;
import io.triptych.speculation.GuidedTarget;
import io.triptych.speculation.JacobiDrafter;
import io.triptych.speculation.JacobiDrafter.Redraw;
import io.triptych.speculation.LatentVerifier;
import io.triptych.speculation.LogitsPipeline;
import io.triptych.speculation.MultiCandidateVerifier;
import io.triptych.speculation.MultiCandidateVerifier.Siblings;
import io.triptych.speculation.PassCost;
import io.triptych.speculation.Sequence;
import io.triptych.speculation.Target;
import io.triptych.speculation.TokenSink;
import io.triptych.speculation.Verifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** Makes images: turns a request into sequences, all of which are moved by the same passes. */
public final class ImageEngine implements GenerativeModel<ImageRequest, ImageEvent> {
    /** Speculative Jacobi decoding as first published, for the contract {@code distribution}. */
    public static final String PLAIN_JACOBI = "sjd";

    /** The drafters that a request may name; the first is taken if it names none. */
    public static final List<String> DRAFTERS = List.of(JacobiDrafter.NAME, PLAIN_JACOBI);

    private static final String GOLDEN_PROMPT = "a red circle on a white background";
    private static final int GOLDEN_TOKENS = 48;
    private static final int GOLDEN_WINDOW = 16;

    private final ImageModel model;
    private final GuidedTarget target;
    private final PixelDecoder pixels;
    private final Runnable weights;
    private final DecodingLoop loop;
    private final Function<ImageRequest, BudgetController> budgets;
    private final LatentVerifier relaxed;
    private final Map<String, Object> details;

    /**
     * @param target gives logits of codes
     * @param cost of the target's passes, the same that budgets ask
     * @param weights frees the models when the engine is closed
     * @param budgets makes the budget of an image of a request that names none
     * @param relaxed verifies under the contract {@code relaxed}
     * @param details what health shows of the target
     */
    public ImageEngine(
            ImageModel model,
            Target target,
            PassCost cost,
            PixelDecoder pixels,
            Runnable weights,
            Function<ImageRequest, BudgetController> budgets,
            LatentVerifier relaxed,
            Map<String, Object> details) {
        this.model = model;
        this.target = new GuidedTarget(target);
        this.loop = new DecodingLoop(this.target, cost);
        this.pixels = pixels;
        this.weights = weights;
        this.budgets = budgets;
        this.relaxed = relaxed;
        this.details = details;
    }

    @Override
    public DecodingLoop loop() {
        return loop;
    }

    @Override
    public int sequences(ImageRequest request) {
        return request.images();
    }

    /** Begins all images of a request. */
    @Override
    public Generation begin(ImageRequest request, Consumer<ImageEvent> output) {
        List<Sequence> sequences = new ArrayList<>();
        try {
            for (int i = 0; i < request.images(); i++) {
                CounterRandom random = new CounterRandom(request.seed()).member(i);
                int index = i;
                ImageCanvas canvas = new ImageCanvas(
                        index, model, request, pixels, output, () -> account(request, random, sequences.get(index)));
                sequences.add(open(request, model.shape().imageTokens(), random, canvas));
            }
        } catch (RuntimeException e) {
            sequences.forEach(Sequence::close);
            throw e;
        }
        return Generation.of(sequences, () -> {});
    }

    private Sequence open(ImageRequest request, int tokens, CounterRandom random, TokenSink sink) {
        SpeculationRequest speculation = request.speculation();
        return new Sequence(
                request.prompt(),
                target.open(request.unconditionalPrompt(), request.guidance()),
                drafter(speculation, random),
                budget(request),
                verifier(speculation.mode().contract()),
                new LogitsPipeline(request.sampling()),
                random,
                sink,
                tokens);
    }

    private Drafter drafter(SpeculationRequest speculation, CounterRandom random) {
        if (speculation.mode() == Mode.OFF) {
            return Drafter.none();
        }
        return new JacobiDrafter(
                redraw(speculation),
                model.initialiser(),
                target.vocabularySize(),
                random,
                model.shape().imageTokens());
    }

    private static Redraw redraw(SpeculationRequest speculation) {
        if (speculation.mode() == Mode.EXACT) {
            return Redraw.SHARED_NOISE;
        }
        return speculation.drafters().contains(PLAIN_JACOBI) ? Redraw.FRESH : Redraw.COUPLED;
    }

    private Verifier verifier(Contract contract) {
        return switch (contract) {
            case EXACT -> new ExactVerifier();
            case DISTRIBUTION -> new MultiCandidateVerifier(Siblings.WITHOUT_REPLACEMENT);
            case RELAXED -> relaxed;
        };
    }

    private BudgetController budget(ImageRequest request) {
        SpeculationRequest speculation = request.speculation();
        if (speculation.mode() == Mode.OFF) {
            return BudgetController.fixed(0);
        }
        return speculation.budget() == null ? budgets.apply(request) : BudgetController.fixed(speculation.budget());
    }

    private SpeculationReport account(ImageRequest request, CounterRandom random, Sequence sequence) {
        Contract contract = request.speculation().mode().contract();
        SpeculationReport report = SpeculationReport.of(contract, random.seed(), List.of(sequence.stats()));
        return contract == Contract.RELAXED ? report.withBound(relaxed.bound()) : report;
    }

    @Override
    public Map<String, Object> details() {
        Map<String, Object> all = new LinkedHashMap<>(details);
        all.put("drafters", DRAFTERS);
        return all;
    }

    @Override
    public SelfCheck selfCheck() {
        return SelfCheck.of("the golden prompt", golden(Mode.OFF), golden(Mode.EXACT));
    }

    private int[] golden(Mode mode) {
        int[] prompt = model.prompt(GOLDEN_PROMPT);
        ImageRequest request = new ImageRequest(
                prompt,
                model.unconditional(prompt),
                model.guidance(),
                1,
                model.sampling(),
                1,
                0,
                new SpeculationRequest(mode, null, GOLDEN_WINDOW, null));
        int tokens = Math.min(GOLDEN_TOKENS, model.shape().imageTokens());
        try (Sequence sequence =
                open(request, tokens, new CounterRandom(request.seed()), (token, source, logits) -> true)) {
            loop.run(List.of(sequence));
            return sequence.history().slice(prompt.length, sequence.history().size());
        }
    }

    @Override
    public void close() {
        weights.run();
    }
}
