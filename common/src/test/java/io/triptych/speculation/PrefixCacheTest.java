package io.triptych.speculation;

import static org.assertj.core.api.Assertions.assertThat;

import io.triptych.sampling.CounterRandom;
import io.triptych.sampling.SamplingParameters;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PrefixCacheTest {
    private static final int KEPT = 3;

    private final ToyTarget toy = new ToyTarget(16, 512, 2);
    private final PrefixCache cache = new PrefixCache(toy, KEPT);

    private static int[] prompt(int length, long seed) {
        return new Random(seed).ints(length, 0, 16).toArray();
    }

    private static int[] join(int[] first, int... second) {
        int[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** The whole history of a sequence, run to its end. */
    private static int[] run(Target target, Target.Session session, int[] prompt, long seed) {
        try (Sequence sequence = new Sequence(
                prompt,
                session,
                new RandomDrafter("r", new ToyTarget(16, 512, 2), 0.9, seed),
                BudgetController.fixed(8),
                new ExactVerifier(),
                new LogitsPipeline(SamplingParameters.ofTemperature(1)),
                new CounterRandom(seed),
                (token, source, logits) -> true,
                30)) {
            new DecodingLoop(target).run(List.of(sequence));
            return sequence.history().slice(0, sequence.history().size());
        }
    }

    private int[] run(int[] prompt, long seed) {
        return run(cache, cache.open(prompt), prompt, seed);
    }

    @Test
    void whatIsSaidDoesNotDependOnWhatWasCached() {
        Random random = new Random(1);
        int[] conversation = prompt(100, 1);
        int reused = 0;
        for (long seed = 0; seed < 40; seed++) {
            int[] asked = random.nextInt(3) == 0
                    ? prompt(50, seed)
                    : join(Arrays.copyOf(conversation, 1 + random.nextInt(conversation.length)), prompt(5, seed));
            Target.Session session = cache.open(asked);
            reused += session.length() > 0 ? 1 : 0;
            conversation = run(cache, session, asked, seed);
            assertThat(conversation).isEqualTo(run(toy, toy.open(), asked, seed));
            conversation = Arrays.copyOf(conversation, Math.min(conversation.length, 300));
        }
        assertThat(reused).isGreaterThan(10);
    }

    @Test
    void theNextTurnBeginsWhereTheLastEnded() {
        int[] said = run(prompt(40, 1), 1);
        try (Target.Session next = cache.open(join(said, 1, 2, 3))) {
            // The last token of a sequence was never scored; drafts that were accepted with it may have been.
            assertThat(next.length()).isGreaterThanOrEqualTo(said.length - 1);
        }
        // The last token of a prompt is scored anew, being the root of the first tree.
        try (Target.Session again = cache.open(Arrays.copyOf(said, 40))) {
            assertThat(again.length()).isEqualTo(39);
        }
    }

    @Test
    void whatHasMoreToGiveThanToForgetIsTaken() {
        int[] common = prompt(60, 1);
        run(common, 1);
        // Half of that is too little to forget the rest for.
        try (Target.Session session = cache.open(join(Arrays.copyOf(common, 30), prompt(20, 2)))) {
            assertThat(session.length()).isZero();
        } // holds nothing and takes nobody's place
        run(join(Arrays.copyOf(common, 30), prompt(80, 2)), 1);
        run(join(Arrays.copyOf(common, 20), prompt(20, 3)), 1);
        try (Target.Session session = cache.open(join(common, 2, 3))) {
            assertThat(session.length()).isBetween(60, 61);
        }
        try (Target.Session session = cache.open(join(new int[] {(common[0] + 1) % 16}, common))) {
            assertThat(session.length()).isZero();
        }
        try (Target.Session session = cache.open(Arrays.copyOf(common, 10))) {
            assertThat(session.length()).as("too short to be worth it").isZero();
        }
    }

    @Test
    void keepsTheLastUsedOnesOnlyAndFreesThemAll() {
        for (long seed = 0; seed < 10; seed++) {
            run(prompt(40, seed), seed);
            assertThat(toy.openSessions()).isLessThanOrEqualTo(KEPT);
        }
        try (Target.Session kept = cache.open(prompt(40, 9))) {
            assertThat(kept.length()).isEqualTo(39);
        }
        try (Target.Session dropped = cache.open(prompt(40, 1))) {
            assertThat(dropped.length()).isZero();
        }
        cache.close();
        assertThat(toy.openSessions()).isZero();
        run(new PrefixCache(toy, 0), new PrefixCache(toy, 0).open(), prompt(20, 1), 1);
        assertThat(toy.openSessions()).isZero();
    }
}
