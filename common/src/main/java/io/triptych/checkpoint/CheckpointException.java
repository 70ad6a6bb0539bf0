package io.triptych.checkpoint;

import java.nio.file.Path;

/** A checkpoint that cannot be used as it is. The message names the file and, where there is one, the tensor or field. */
public final class CheckpointException extends RuntimeException {
    public CheckpointException(Path file, String problem) {
        super(file + ": " + problem);
    }

    public CheckpointException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }

    /** For a problem of one tensor. */
    public CheckpointException(Path file, String tensor, String problem) {
        super(file + ": tensor '" + tensor + "' " + problem);
    }
}
