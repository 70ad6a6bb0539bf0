package io.triptych.text;

import io.triptych.openai.Models;
import io.triptych.text.chat.ChatTemplate;
import io.triptych.tokenizer.Tokenizer;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What HTTP threads know of the model: its name, its tokens and its limits. Immutable and safe from any thread.
 *
 * @param card what the API tells of it
 * @param capacity the most tokens of prompt and output together
 * @param endTokens tokens that end a text
 */
public record TextModel(
        Models.Model card,
        Tokenizer tokenizer,
        ChatTemplate chatTemplate,
        int vocabularySize,
        int capacity,
        Set<Integer> endTokens) {

    /** One token alone, as text. */
    String text(int token) {
        return tokenizer.decode(token);
    }

    /** The bytes of one token, 0 to 255. */
    List<Integer> bytes(int token) {
        byte[] bytes = tokenizer.bytes(token);
        return IntStream.range(0, bytes.length).mapToObj(i -> bytes[i] & 0xff).toList();
    }
}
