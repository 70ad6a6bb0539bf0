package io.triptych.torchscript;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The text of a TorchScript program, or of a page of it, in which constants may stand as <code>${NAME}</code>. */
public record ProgramText(String text) {
    /**
     * Reads a page.
     *
     * @param beside the class in whose package the resource lies
     * @param resource its name there
     */
    public static ProgramText of(Class<?> beside, String resource) {
        try (InputStream in = beside.getResourceAsStream(resource)) {
            return new ProgramText(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The text with {@code value} wherever <code>${name}</code> stands. */
    public ProgramText with(String name, Object value) {
        return new ProgramText(text.replace("${" + name + "}", value.toString()));
    }

    /** This page and the one that follows it. */
    public ProgramText then(ProgramText next) {
        return new ProgramText(text + next.text);
    }
}
