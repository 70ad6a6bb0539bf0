package io.triptych.text.chat;

/** A conversation that cannot become a prompt: the model has no chat template, or its template refuses the messages. */
public final class ChatTemplateException extends RuntimeException {
    public ChatTemplateException(String message) {
        super(message);
    }

    public ChatTemplateException(String message, Throwable cause) {
        super(message, cause);
    }
}
