package io.triptych.bench;

import io.triptych.sampling.CounterRandom;
import io.triptych.sampling.SamplingParameters;
import io.triptych.speculation.BudgetController;
import io.triptych.speculation.DecodingLoop;
import io.triptych.speculation.Drafter;
import io.triptych.speculation.ExactVerifier;
import io.triptych.speculation.LogitsPipeline;
import io.triptych.speculation.PassCost;
import io.triptych.speculation.Sequence;
import io.triptych.speculation.SpeculationStats;
import io.triptych.speculation.Target;
import java.util.List;

/**
 * One sequence generated to its full length, and what it cost.
 *
 * @param output the generated tokens
 * @param draftModelSeconds the part of drafting that a draft model's passes took
 */
record Generation(int[] output, SpeculationStats stats, double draftModelSeconds) {

    /** What to generate: a prompt's continuation of a fixed length, whatever ends of text it may hold. */
    record Task(int[] prompt, double temperature, long seed, int tokens) {
        SamplingParameters sampling() {
            return SamplingParameters.ofTemperature(temperature);
        }

        CounterRandom random() {
            return new CounterRandom(seed);
        }
    }

    /** Generates without drafts. */
    static Generation plain(Target target, Task task) {
        return run(new DecodingLoop(target), target, task, Drafter.none(), BudgetController.fixed(0));
    }

    /**
     * Generates with a drafter under the exact contract; the drafter is closed.
     *
     * @param cost of the target's passes, which drafter and budget ask
     */
    static Generation speculative(
            Target target, PassCost cost, Task task, Drafter drafter, BudgetController budget, TimedTarget draftModel) {
        double before = draftModel.seconds();
        Generation generation = run(new DecodingLoop(target, cost), target, task, drafter, budget);
        return new Generation(generation.output, generation.stats, draftModel.seconds() - before);
    }

    private static Generation run(
            DecodingLoop loop, Target target, Task task, Drafter drafter, BudgetController budget) {
        try (Sequence sequence = new Sequence(
                task.prompt(),
                target.open(),
                drafter,
                budget,
                new ExactVerifier(),
                new LogitsPipeline(task.sampling()),
                task.random(),
                (token, source, logits) -> true,
                task.tokens())) {
            loop.run(List.of(sequence));
            int[] output = sequence.history()
                    .slice(task.prompt().length, sequence.history().size());
            return new Generation(output, sequence.stats(), 0);
        }
    }

    /** Seconds spent on the tokens that were generated; the prompt's own pass is not among them. */
    double decodeSeconds() {
        return stats.draftSeconds() + stats.passSeconds() + stats.otherSeconds();
    }
}
