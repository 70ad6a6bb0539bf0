package io.triptych.text.draft;

import io.triptych.speculation.AcceptanceEstimate;
import io.triptych.speculation.Drafter;
import io.triptych.speculation.PassCost;
import io.triptych.speculation.ProbingGate;
import io.triptych.speculation.Target;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The drafters of text and what they share: the draft model, the store of earlier outputs, the target's remembered
 * successors, and how far each drafter has proved right. Used by the inference thread only.
 */
public final class TextDrafters implements DrafterFactory {
    private static final int STORED_TOKENS = 1 << 18;

    /** What the draft model may lose over requests before they are answered without it, in plain steps of the target. */
    private static final double CREDIT_IN_PASSES = 8;

    /** Tokens in the cache when the draft model's passes are timed. */
    private static final int TIMED_CONTEXT = 128;

    private final Target draftModel;
    private final PassCost targetCost;
    private final PassCost draftCost;
    private final OutputStore store;
    private final SuccessorTable successors;
    private final Map<String, AcceptanceEstimate> estimates = new HashMap<>();
    private final Map<String, OpinionMixer> mixers = new HashMap<>();
    private final Map<String, ProbingGate> modelPays = new HashMap<>();

    /**
     * Also warms itself up, which takes about a second.
     *
     * @param draftModel a smaller model over the same vocabulary, or null if there is none; not closed here
     * @param store the file that keeps earlier outputs between runs, or null to keep them in memory only
     * @param targetCost of the target's passes, shared with its budgets
     */
    public TextDrafters(Target draftModel, Path store, PassCost targetCost, int vocabularySize) {
        if (draftModel != null && draftModel.vocabularySize() != vocabularySize) {
            throw new IllegalArgumentException("the draft model has a vocabulary of " + draftModel.vocabularySize()
                    + " tokens, the target one of " + vocabularySize);
        }
        this.draftModel = draftModel;
        this.targetCost = targetCost;
        this.draftCost = draftModel == null ? null : PassCost.measureAlone(draftModel, TIMED_CONTEXT);
        this.store = new OutputStore(store, vocabularySize, STORED_TOKENS);
        this.successors = new SuccessorTable(vocabularySize);
        new WarmUp(new TextDrafters(draftModel, draftCost, targetCost, vocabularySize), vocabularySize).run();
    }

    /** For trying things out: with a memory of its own. */
    private TextDrafters(Target draftModel, PassCost draftCost, PassCost targetCost, int vocabularySize) {
        this.draftModel = draftModel;
        this.targetCost = targetCost;
        this.draftCost = draftCost;
        this.store = new OutputStore(null, vocabularySize, STORED_TOKENS);
        this.successors = new SuccessorTable(vocabularySize);
    }

    @Override
    public List<String> names() {
        List<String> names = new ArrayList<>(
                List.of(SuffixAutomatonSource.NAME, TokenRecyclingSource.NAME, PromptLookupSource.NAME));
        if (draftModel != null) {
            names.add(0, DraftModelSource.NAME);
        }
        return names;
    }

    @Override
    public Drafter create(List<String> names, DraftContext context) {
        if (names.isEmpty()) {
            throw new IllegalArgumentException("no drafter is named");
        }
        TokenNoise noise = new TokenNoise(context);
        // What is learned is kept by the names, once each: there are few enough ways to say them.
        List<String> distinct = names.stream().distinct().toList();
        List<CandidateSource> sources =
                distinct.stream().map(name -> source(name, noise, context)).toList();
        String way = " " + context.contract() + (context.sampling().temperature() > 0 ? " sampled" : " greedy");
        return new FusedDrafter(
                sources,
                sources.stream().map(s -> estimate(s.name() + way, s.kinds())).toArray(AcceptanceEstimate[]::new),
                mixers.computeIfAbsent(distinct + way, w -> new OpinionMixer(sources.size())),
                estimate(distinct + way, sources.size()),
                noise,
                targetCost,
                modelPays.computeIfAbsent(
                        distinct + way, w -> new ProbingGate(CREDIT_IN_PASSES * targetCost.seconds(1))));
    }

    @Override
    public void remember(int[] tokens) {
        store.add(tokens);
    }

    @Override
    public void close() {
        store.close();
    }

    private CandidateSource source(String name, TokenNoise noise, DraftContext context) {
        if (!names().contains(name)) {
            throw new IllegalArgumentException("there is no drafter '" + name + "'; there are " + names());
        }
        return switch (name) {
            case SuffixAutomatonSource.NAME -> new SuffixAutomatonSource(store);
            case TokenRecyclingSource.NAME ->
                new TokenRecyclingSource(successors, noise, context.sampling().temperature());
            case PromptLookupSource.NAME -> new PromptLookupSource();
            default -> new DraftModelSource(draftModel, draftCost, noise, context);
        };
    }

    private AcceptanceEstimate estimate(String what, int kinds) {
        return estimates
                .computeIfAbsent(what, w -> new AcceptanceEstimate(kinds))
                .forRequest();
    }
}
