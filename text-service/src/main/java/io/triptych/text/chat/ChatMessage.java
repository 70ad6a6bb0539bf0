package io.triptych.text.chat;

/**
 * One message of a conversation.
 *
 * @param role who speaks, such as {@code system}, {@code user} or {@code assistant}; the template knows which exist
 * @param content plain text
 */
public record ChatMessage(String role, String content) {}
