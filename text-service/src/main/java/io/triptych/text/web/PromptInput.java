package io.triptych.text.web;

import com.fasterxml.jackson.annotation.JsonCreator;
import io.triptych.openai.ApiException;
import java.util.List;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * The prompts of a completion request: a string, a list of token ids, or a list of one or the other.
 *
 * @param prompts at least one
 */
record PromptInput(List<Prompt> prompts) {
    /** One prompt, as a text or as tokens. */
    sealed interface Prompt {}

    record Text(String text) implements Prompt {}

    record Tokens(int[] tokens) implements Prompt {}

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static PromptInput of(JsonNode node) {
        if (node.isArray() && !node.isEmpty() && !node.get(0).isNumber()) {
            return new PromptInput(StreamSupport.stream(node.spliterator(), false)
                    .map(PromptInput::single)
                    .toList());
        }
        return new PromptInput(List.of(single(node)));
    }

    private static Prompt single(JsonNode node) {
        if (node.isString()) {
            return new Text(node.stringValue());
        }
        if (node.isArray()
                && !node.isEmpty()
                && StreamSupport.stream(node.spliterator(), false).allMatch(JsonNode::isInt)) {
            return new Tokens(StreamSupport.stream(node.spliterator(), false)
                    .mapToInt(JsonNode::intValue)
                    .toArray());
        }
        throw ApiException.invalid("prompt", "must be a string, a list of token ids, or a list of either");
    }
}
