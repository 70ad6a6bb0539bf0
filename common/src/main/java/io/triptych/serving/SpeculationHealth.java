package io.triptych.serving;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Tells whether a service may be trusted: up once its model is loaded and has given the same tokens with and without
 * speculation, out of service while it loads, down if the self-check failed. Belongs to the readiness group.
 */
public final class SpeculationHealth implements HealthIndicator {
    private final InferenceExecutor<?, ?> executor;
    private final NativeThreads threads;

    public SpeculationHealth(InferenceExecutor<?, ?> executor, NativeThreads threads) {
        this.executor = executor;
        this.threads = threads;
    }

    @Override
    public Health health() {
        Health.Builder health = executor.loaded()
                .map(loaded -> (loaded.selfCheck().passed() ? Health.up() : Health.down())
                        .withDetails(loaded.details())
                        .withDetail("selfCheck", loaded.selfCheck().message()))
                .orElseGet(Health::outOfService);
        return health.withDetail("threads", threads.threads())
                .withDetail("waitPolicy", threads.waitPolicyInForce() ? "passive" : waitPolicyAdvice())
                .withDetail("queueDepth", executor.queueDepth())
                .build();
    }

    private static String waitPolicyAdvice() {
        return "not in force: passes may be many times slower; set OMP_WAIT_POLICY=PASSIVE before the JVM starts";
    }
}
