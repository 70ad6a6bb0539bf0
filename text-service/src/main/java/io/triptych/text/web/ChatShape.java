package io.triptych.text.web;

import io.triptych.openai.SpeculationReport;
import io.triptych.openai.Usage;
import io.triptych.text.TextDelta;
import io.triptych.text.TextRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/** Tells a chat completion. */
final class ChatShape implements TextShape {
    private final String id = "chatcmpl-" + UUID.randomUUID();
    private final long created = Instant.now().getEpochSecond();
    private final String model;
    private final boolean withLogprobs;
    private final boolean usageChunk;
    private final Set<Integer> begun = new HashSet<>();

    /** @param usageChunk whether usage and summary come on a chunk of their own */
    ChatShape(String model, TextRequest request, boolean usageChunk) {
        this.model = model;
        this.withLogprobs = request.logprobs() != TextRequest.NO_LOGPROBS;
        this.usageChunk = usageChunk;
    }

    @Override
    public List<ChatChunk> chunks(TextDelta delta) {
        List<ChatChunk> chunks = new ArrayList<>();
        if (begun.add(delta.choice())) {
            ChatChunk.Delta role = new ChatChunk.Delta("assistant", "");
            chunks.add(chunk(List.of(new ChatChunk.Choice(delta.choice(), role, null, null)), null, null));
        }
        ChatChunk.Delta content = new ChatChunk.Delta(null, delta.text().isEmpty() ? null : delta.text());
        ChatChunk.Choice choice = new ChatChunk.Choice(
                delta.choice(),
                content,
                withLogprobs ? ChatResponse.Logprobs.of(delta.logprobs()) : null,
                delta.finishReason());
        chunks.add(chunk(List.of(choice), null, TextShape.speculation(delta, !usageChunk)));
        if (delta.summary() != null && usageChunk) {
            chunks.add(chunk(List.of(), delta.summary().usage(), delta.summary().speculation()));
        }
        return chunks;
    }

    @Override
    public ChatResponse whole(List<TextDelta> deltas) {
        List<ChatResponse.Choice> choices = deltas.stream()
                .collect(Collectors.groupingBy(TextDelta::choice, TreeMap::new, Collectors.toList()))
                .values()
                .stream()
                .map(this::choice)
                .toList();
        return new ChatResponse(
                id,
                "chat.completion",
                created,
                model,
                choices,
                TextShape.last(deltas).usage(),
                TextShape.speculation(deltas));
    }

    private ChatResponse.Choice choice(List<TextDelta> deltas) {
        return new ChatResponse.Choice(
                deltas.get(0).choice(),
                new ChatResponse.Answer(TextShape.text(deltas)),
                withLogprobs ? ChatResponse.Logprobs.of(TextShape.logprobs(deltas)) : null,
                TextShape.finishReason(deltas));
    }

    private ChatChunk chunk(List<ChatChunk.Choice> choices, Usage usage, SpeculationReport speculation) {
        return new ChatChunk(id, "chat.completion.chunk", created, model, choices, usage, speculation);
    }
}
