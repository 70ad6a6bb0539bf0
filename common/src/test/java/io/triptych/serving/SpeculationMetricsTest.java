package io.triptych.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.triptych.sampling.CounterRandom;
import io.triptych.sampling.SamplingParameters;
import io.triptych.speculation.BudgetController;
import io.triptych.speculation.DecodingLoop;
import io.triptych.speculation.Drafter;
import io.triptych.speculation.ExactVerifier;
import io.triptych.speculation.LogitsPipeline;
import io.triptych.speculation.Sequence;
import io.triptych.speculation.SpeculationStats;
import io.triptych.speculation.Target;
import io.triptych.speculation.TokenHistory;
import io.triptych.speculation.TokenTree;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpeculationMetricsTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private int waiting = 3;
    private final SpeculationMetrics metrics = new SpeculationMetrics(registry, "toy", () -> waiting);

    @Test
    void countsPassesDraftsAndAcceptedTokens() {
        // Every pass accepts the first of two drafted tokens and adds one: five passes make ten tokens.
        metrics.finished(List.of(generate(10)));
        assertThat(count("triptych.passes")).isEqualTo(5);
        assertThat(count("triptych.tokens")).isEqualTo(10);
        assertThat(count("triptych.drafts")).isEqualTo(5);
        assertThat(registry.get("triptych.draft.tokens")
                        .tags("modality", "toy", "drafter", "half-right")
                        .counter()
                        .count())
                .isEqualTo(10);
        assertThat(registry.get("triptych.accepted.tokens")
                        .tags("modality", "toy", "drafter", "half-right")
                        .counter()
                        .count())
                .isEqualTo(5);
        assertThat(registry.get("triptych.accepted.per.position")
                        .tags("modality", "toy", "position", "1")
                        .counter()
                        .count())
                .isEqualTo(5);
        assertThat(registry.find("triptych.accepted.per.position")
                        .tag("position", "2")
                        .counter())
                .isNull();
        assertThat(registry.get("triptych.tokens.per.second")
                        .tag("modality", "toy")
                        .summary()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void tellsTheQueueAndTheFirstToken() {
        metrics.firstToken(Duration.ofMillis(30));
        assertThat(registry.get("triptych.time.to.first.token").timer().count()).isEqualTo(1);
        assertThat(registry.get("triptych.queue.depth").gauge().value()).isEqualTo(3);
        waiting = 0;
        assertThat(registry.get("triptych.queue.depth").gauge().value()).isZero();
    }

    private double count(String name) {
        return registry.get(name).tag("modality", "toy").counter().count();
    }

    /** The target counts modulo eight; the drafter proposes the next number and then a wrong one. */
    private static SpeculationStats generate(int tokens) {
        Target target = new CountingTarget();
        Drafter drafter = new Drafter() {
            @Override
            public String name() {
                return "half-right";
            }

            @Override
            public TokenTree draft(TokenHistory history, int budget) {
                TokenTree tree = new TokenTree(history.last());
                int right = tree.add(TokenTree.ROOT, (history.last() + 1) % 8, 0.5, name());
                tree.add(right, history.last(), 0.5, name());
                return tree;
            }
        };
        try (Sequence sequence = new Sequence(
                new int[] {0},
                target.open(),
                drafter,
                BudgetController.fixed(2),
                new ExactVerifier(),
                new LogitsPipeline(SamplingParameters.ofTemperature(0)),
                new CounterRandom(1),
                (token, source, logits) -> true,
                tokens)) {
            new DecodingLoop(target).run(List.of(sequence));
            return sequence.stats();
        }
    }

    private static final class CountingTarget implements Target {
        @Override
        public int vocabularySize() {
            return 8;
        }

        @Override
        public int capacity() {
            return 100;
        }

        @Override
        public Session open() {
            return new Session() {
                private int length;

                @Override
                public int length() {
                    return length;
                }

                @Override
                public void append(int[] tokens) {
                    length += tokens.length;
                }

                @Override
                public void commit(int[] nodes) {
                    length += nodes.length;
                }

                @Override
                public void truncate(int newLength) {
                    length = newLength;
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public List<Scores> score(List<Step> steps) {
            return steps.stream()
                    .map(step -> (Scores) node -> {
                        float[] logits = new float[8];
                        logits[(step.tree().token(node) + 1) % 8] = 1;
                        return logits;
                    })
                    .toList();
        }
    }
}
