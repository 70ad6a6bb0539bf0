package io.triptych.serving;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.triptych.speculation.SpeculationStats;
import java.time.Duration;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;

/**
 * What speculation costs and gains, as meters. Every meter has the tag {@code modality}.
 *
 * <table>
 * <caption>Meters</caption>
 * <tr><th>name</th><th>what it counts</th></tr>
 * <tr><td>{@code triptych.passes}</td><td>forwards of the target after the prompt, counted per sequence</td></tr>
 * <tr><td>{@code triptych.tokens}</td><td>tokens generated</td></tr>
 * <tr><td>{@code triptych.drafts}</td><td>passes that had a draft</td></tr>
 * <tr><td>{@code triptych.draft.tokens}</td><td>draft nodes scored, by {@code drafter}</td></tr>
 * <tr><td>{@code triptych.accepted.tokens}</td><td>draft nodes accepted, by {@code drafter}</td></tr>
 * <tr><td>{@code triptych.accepted.per.position}</td><td>passes whose draft was accepted at least to depth {@code position}</td></tr>
 * <tr><td>{@code triptych.time.to.first.token}</td><td>seconds from arrival to the first token, queueing included</td></tr>
 * <tr><td>{@code triptych.tokens.per.second}</td><td>tokens per second of decoding, per request</td></tr>
 * <tr><td>{@code triptych.queue.depth}</td><td>jobs that wait</td></tr>
 * </table>
 */
public final class SpeculationMetrics {
    private static final Duration[] FIRST_TOKEN_BUCKETS = IntStream.of(20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final Tags tags;
    private final Timer timeToFirstToken;
    private final DistributionSummary tokensPerSecond;

    /** @param modality {@code text}, {@code image} or {@code speech} */
    public SpeculationMetrics(MeterRegistry registry, String modality, IntSupplier queueDepth) {
        this.registry = registry;
        this.tags = Tags.of("modality", modality);
        this.timeToFirstToken = Timer.builder("triptych.time.to.first.token")
                .tags(tags)
                .serviceLevelObjectives(FIRST_TOKEN_BUCKETS)
                .register(registry);
        this.tokensPerSecond = DistributionSummary.builder("triptych.tokens.per.second")
                .tags(tags)
                .register(registry);
        Gauge.builder("triptych.queue.depth", queueDepth::getAsInt).tags(tags).register(registry);
        for (String name : List.of("passes", "tokens", "drafts")) {
            registry.counter("triptych." + name, tags);
        }
    }

    /** Counts the time from a request's arrival to its first token. */
    public void firstToken(Duration sinceArrival) {
        timeToFirstToken.record(sinceArrival);
    }

    /** Counts the sequences of a finished or cancelled request. */
    public void finished(List<SpeculationStats> sequences) {
        sequences.forEach(this::count);
        double seconds =
                sequences.stream().mapToDouble(SpeculationStats::seconds).sum();
        long tokens = sequences.stream().mapToLong(SpeculationStats::tokens).sum();
        if (tokens > 0 && seconds > 0) {
            tokensPerSecond.record(tokens / seconds);
        }
    }

    private void count(SpeculationStats stats) {
        registry.counter("triptych.passes", tags).increment(stats.passes());
        registry.counter("triptych.tokens", tags).increment(stats.tokens());
        registry.counter("triptych.drafts", tags).increment(stats.drafts());
        stats.drafters().forEach((drafter, nodes) -> {
            Tags byDrafter = tags.and(Tag.of("drafter", drafter));
            registry.counter("triptych.draft.tokens", byDrafter).increment(nodes.drafted());
            registry.counter("triptych.accepted.tokens", byDrafter).increment(nodes.accepted());
        });
        List<Long> accepted = stats.acceptedPerPosition();
        for (int depth = 0; depth < accepted.size(); depth++) {
            Tags byPosition = tags.and(Tag.of("position", Integer.toString(depth + 1)));
            registry.counter("triptych.accepted.per.position", byPosition).increment(accepted.get(depth));
        }
    }
}
