package io.triptych.serving;

import io.triptych.checkpoint.CheckpointException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/** Lets a service that cannot load its model end with the reason instead of a stack trace. */
public final class ModelFailureAnalyzer implements FailureAnalyzer {
    @Override
    public FailureAnalysis analyze(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CheckpointException || cause instanceof ModelUnavailableException) {
                return new FailureAnalysis(
                        cause.getMessage(), "Check the checkpoint and the settings of the model.", failure);
            }
        }
        return null;
    }
}
