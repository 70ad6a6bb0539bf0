package io.triptych.checkpoint;

import java.nio.file.Path;

/** A checkpoint that cannot be used as it is. The message names the file and, where there is one, the tensor or field. */
public final class CheckpointException extends RuntimeException {
    private static final int LONGEST = 1000;

    public CheckpointException(Path file, String problem) {
        super(message(file, problem));
    }

    public CheckpointException(Path file, String problem, Throwable cause) {
        super(message(file, problem), cause);
    }

    /** For a problem of one tensor. */
    public CheckpointException(Path file, String tensor, String problem) {
        super(message(file, "tensor '" + tensor + "' " + problem));
    }

    /** A hostile file may hold names and values of any length: they are cut short. */
    private static String message(Path file, String problem) {
        return file + ": " + (problem.length() <= LONGEST ? problem : problem.substring(0, LONGEST) + "...");
    }
}
