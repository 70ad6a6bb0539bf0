package io.triptych.serving;

import io.triptych.sampling.CounterRandom;
import io.triptych.sampling.SamplingParameters;
import io.triptych.speculation.BudgetController;
import io.triptych.speculation.DecodingLoop;
import io.triptych.speculation.ExactVerifier;
import io.triptych.speculation.ForwardingTarget;
import io.triptych.speculation.LogitsPipeline;
import io.triptych.speculation.RandomDrafter;
import io.triptych.speculation.Sequence;
import io.triptych.speculation.SpeculationStats;
import io.triptych.speculation.Target;
import io.triptych.speculation.ToyTarget;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/** A model without weights, whose passes a test lets through one by one. Its events are tokens. */
final class ToyModel implements GenerativeModel<ToyModel.Asked, Integer> {
    static final int CAPACITY = 1200;

    /**
     * What to generate.
     *
     * @param sabotage runs before every token is told; what it throws is the sequence's failure
     */
    record Asked(int[] prompt, int tokens, int choices, long seed, Runnable sabotage) {
        static Asked of(int tokens, long seed) {
            return new Asked(new int[] {1, (int) (seed % 7), 3}, tokens, 1, seed, () -> {});
        }
    }

    final Semaphore permits = new Semaphore(1 << 30);
    final List<String> threads = Collections.synchronizedList(new ArrayList<>());
    final ToyTarget target = new ToyTarget(16, CAPACITY, 2);
    volatile boolean closed;
    volatile int passes;
    volatile int sessions;

    /** From this pass on fails every one that has a sequence in it whose prompt begins with 13. */
    volatile int broken = Integer.MAX_VALUE;

    private final DecodingLoop loop = new DecodingLoop(new ForwardingTarget(target) {
        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // only the inference thread writes
        public List<Scores> score(List<Step> steps) {
            permits.acquireUninterruptibly();
            List<Scores> scores = super.score(steps);
            if (passes >= broken && steps.stream().anyMatch(step -> first(step) == 13)) {
                throw new IllegalStateException("the pass failed");
            }
            passes++;
            return scores;
        }
    });

    private static int first(Target.Step step) {
        int[] cached = ((ToyTarget.ToySession) step.session()).cached();
        return cached.length == 0 ? -1 : cached[0];
    }

    private final SelfCheck selfCheck;

    ToyModel() {
        this(new SelfCheck(true, "fine"));
    }

    ToyModel(SelfCheck selfCheck) {
        this.selfCheck = selfCheck;
        touched();
    }

    private void touched() {
        threads.add(Thread.currentThread().getName());
    }

    @Override
    public Map<String, Object> details() {
        touched();
        return Map.of("model", "toy");
    }

    @Override
    public SelfCheck selfCheck() {
        return selfCheck;
    }

    @Override
    public DecodingLoop loop() {
        return loop;
    }

    @Override
    public int sequences(Asked asked) {
        return asked.choices;
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate")
    public Generation begin(Asked asked, Consumer<Integer> output) {
        touched();
        if (asked.tokens > CAPACITY) {
            throw new IllegalArgumentException("too long");
        }
        List<Sequence> sequences = new ArrayList<>();
        for (int i = 0; i < asked.choices; i++) {
            sequences.add(new Sequence(
                    asked.prompt,
                    target.open(),
                    new RandomDrafter("random", target, 0.97, asked.seed + i),
                    BudgetController.fixed(6),
                    new ExactVerifier(),
                    new LogitsPipeline(SamplingParameters.ofTemperature(1)),
                    new CounterRandom(asked.seed).member(i),
                    (token, source, logits) -> {
                        asked.sabotage.run();
                        output.accept(token);
                        return true;
                    },
                    asked.tokens));
        }
        sessions = target.openSessions();
        Generation generation = Generation.of(sequences, () -> {});
        return new Generation() {
            @Override
            public List<Sequence> next() {
                return generation.next();
            }

            @Override
            public List<SpeculationStats> stats() {
                return generation.stats();
            }

            @Override
            public void close() {
                generation.close();
                sessions = target.openSessions();
            }
        };
    }

    @Override
    public void close() {
        touched();
        closed = true;
    }
}
