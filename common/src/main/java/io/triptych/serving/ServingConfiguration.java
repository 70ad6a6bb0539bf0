package io.triptych.serving;

import org.springframework.boot.ApplicationRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What a service imports around the executor of its model: its health, and the wait for it at the start. */
@Configuration(proxyBeanMethods = false)
public class ServingConfiguration {
    @Bean("speculation")
    SpeculationHealth speculationHealth(InferenceExecutor<?, ?> executor, NativeThreads threads) {
        return new SpeculationHealth(executor, threads);
    }

    @Bean
    ExecutorShutdown executorShutdown(InferenceExecutor<?, ?> executor) {
        return new ExecutorShutdown(executor);
    }

    /** The service counts as started, and takes traffic, when this returns. */
    @Bean
    ApplicationRunner awaitModel(InferenceExecutor<?, ?> executor) {
        return arguments -> executor.awaitLoaded();
    }
}
