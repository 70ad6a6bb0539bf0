package io.triptych.serving;

/** The model could not be loaded, or the service is shutting down. */
public final class ModelUnavailableException extends RuntimeException {
    /** @param cause why loading failed, or null if the service is shutting down */
    ModelUnavailableException(Throwable cause) {
        super(cause == null ? "the service is shutting down" : "the model could not be loaded: " + cause, cause);
    }
}
