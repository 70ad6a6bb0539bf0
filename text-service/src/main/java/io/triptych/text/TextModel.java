package io.triptych.text;

import io.triptych.text.chat.ChatTemplate;
import io.triptych.text.chat.Tokenizer;
import java.util.Set;

/**
 * What HTTP threads know of the model: its name, its tokens and its limits. Immutable and safe from any thread.
 *
 * @param id the name that requests use
 * @param created when the checkpoint was made, in seconds since 1970
 * @param capacity the most tokens of prompt and output together
 * @param endTokens tokens that end a text
 */
public record TextModel(
        String id,
        long created,
        Tokenizer tokenizer,
        ChatTemplate chatTemplate,
        int vocabularySize,
        int capacity,
        Set<Integer> endTokens) {

    /** One token alone, as text. */
    String text(int token) {
        return tokenizer.decode(token);
    }
}
