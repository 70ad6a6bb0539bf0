package io.triptych.bench;

import io.triptych.bench.Generation.Task;
import io.triptych.speculation.AdaptiveBudget;
import io.triptych.speculation.Contract;
import io.triptych.speculation.PassCost;
import io.triptych.speculation.Target;
import io.triptych.text.draft.DraftContext;
import io.triptych.text.draft.TextDrafters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The ways of decoding that are compared: plain, each drafter alone, and all of them fused, with the service's default
 * budget. Each drafter has a store, tables and estimates of its own, which start empty, so that none learns from what
 * another one saw.
 */
final class Contenders implements AutoCloseable {
    static final String PLAIN = "plain";
    static final String FUSION = "fusion";

    /** The service's default. */
    static final int MAXIMUM_NODES = 32;

    private final Target target;
    private final TimedTarget draftModel;
    private final Map<String, Speculation> speculations = new LinkedHashMap<>();

    private record Speculation(List<String> drafters, PassCost cost, TextDrafters factory) {}

    private Contenders(Target target, Target draftModel) {
        this.target = target;
        this.draftModel = new TimedTarget(draftModel);
    }

    /** Plain decoding, every drafter, and the fusion. */
    static Contenders all(Target target, Target draftModel) {
        Contenders contenders = fusion(target, draftModel);
        for (String name : contenders.speculations.get(FUSION).drafters()) {
            contenders.add(name, List.of(name));
        }
        return contenders;
    }

    /** Plain decoding and the fusion. */
    static Contenders fusion(Target target, Target draftModel) {
        Contenders contenders = new Contenders(target, draftModel);
        contenders.add(FUSION, List.of());
        return contenders;
    }

    /** @param drafters empty for all that there are */
    private void add(String name, List<String> drafters) {
        PassCost cost = PassCost.measure(target);
        TextDrafters factory = new TextDrafters(draftModel, null, cost, target.vocabularySize());
        speculations.put(name, new Speculation(drafters.isEmpty() ? factory.names() : drafters, cost, factory));
    }

    /** Plain first. */
    List<String> names() {
        List<String> names = new ArrayList<>(speculations.keySet());
        names.add(0, PLAIN);
        return names;
    }

    Generation generate(String contender, Task task) {
        if (contender.equals(PLAIN)) {
            return Generation.plain(target, task);
        }
        Speculation speculation = speculations.get(contender);
        DraftContext context = new DraftContext(Contract.EXACT, task.sampling(), task.random());
        return Generation.speculative(
                target,
                speculation.cost(),
                task,
                speculation.factory().create(speculation.drafters(), context),
                new AdaptiveBudget(speculation.cost(), MAXIMUM_NODES),
                draftModel);
    }

    @Override
    public void close() {
        speculations.values().forEach(speculation -> speculation.factory().close());
    }
}
