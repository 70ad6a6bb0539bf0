package io.triptych.serving;

/** The model could not be loaded or has failed, or the service is shutting down. */
public final class ModelUnavailableException extends RuntimeException {
    /** @param cause what failed, or null if the service is shutting down */
    ModelUnavailableException(Throwable cause) {
        super(cause == null ? "the service is shutting down" : "the model has failed: " + cause, cause);
    }
}
