package io.triptych.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import io.triptych.speculation.Contract;
import io.triptych.speculation.SpeculationStats;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The response extension {@code speculation}: what was promised, and what it cost. All sequences of a request are
 * summed; a pass that moved several counts once for each. Chunks of a traced stream carry {@code trace} alone, until the
 * last, which carries the rest.
 *
 * @param bound of a relaxed contract that has one: the most that, wherever a token stands, its distribution differs from
 *     the target's in total variation
 * @param seed repeats this response, whether the request named it or not
 * @param bound if the contract is relaxed and its rule has one: the most that the distribution of a token may differ from
 *     the model's, in total variation, whatever came before it
 * @param seconds of decoding alone, no queueing
 * @param trace of every pass, if the request asked for it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SpeculationReport(
        @Schema(allowableValues = {"exact", "distribution", "relaxed"})
        String contract,

        Double bound,
        Long seed,
        Long passes,
        Long tokens,
        @JsonProperty("tokens_per_pass") Double tokensPerPass,
        Long drafted,
        Long accepted,
        Double seconds,
        Map<String, Nodes> drafters,
        List<PassTrace> trace) {

    /** Draft nodes of one drafter. */
    @Schema(name = "DraftedNodes")
    public record Nodes(long drafted, long accepted) {}

    /** The account of a request's sequences, without a trace. */
    public static SpeculationReport of(Contract contract, long seed, List<SpeculationStats> sequences) {
        long passes = 0;
        long tokens = 0;
        long drafted = 0;
        long accepted = 0;
        double seconds = 0;
        Map<String, Nodes> drafters = new TreeMap<>();
        for (SpeculationStats stats : sequences) {
            passes += stats.passes();
            tokens += stats.tokens();
            drafted += stats.drafted();
            accepted += stats.accepted();
            seconds += stats.seconds();
            stats.drafters()
                    .forEach((name, nodes) -> drafters.merge(
                            name,
                            new Nodes(nodes.drafted(), nodes.accepted()),
                            (a, b) -> new Nodes(a.drafted + b.drafted, a.accepted + b.accepted)));
        }
        double perPass = passes == 0 ? 0 : (double) tokens / passes;
        return new SpeculationReport(
                contract.label(), null, seed, passes, tokens, perPass, drafted, accepted, seconds, drafters, null);
    }

    /** What can be said before anything is generated. */
    public static SpeculationReport promise(Contract contract, long seed) {
        return new SpeculationReport(contract.label(), null, seed, null, null, null, null, null, null, null, null);
    }

    /** Nothing but passes, for a chunk of a stream that is not the last. */
    public static SpeculationReport ofTrace(List<PassTrace> trace) {
        return new SpeculationReport(null, null, null, null, null, null, null, null, null, null, trace);
    }

    /** The same account with the passes. */
    public SpeculationReport withTrace(List<PassTrace> passTraces) {
        return new SpeculationReport(
                contract, bound, seed, passes, tokens, tokensPerPass, drafted, accepted, seconds, drafters, passTraces);
    }

    /** The same account with the bound of its contract. */
    public SpeculationReport withBound(double totalVariation) {
        return new SpeculationReport(
                contract,
                totalVariation,
                seed,
                passes,
                tokens,
                tokensPerPass,
                drafted,
                accepted,
                seconds,
                drafters,
                trace);
    }
}
