package io.triptych.text.web;

import io.triptych.openai.SpeculationReport;
import io.triptych.openai.Usage;
import io.triptych.text.TextDelta;
import io.triptych.text.TextRequest;
import io.triptych.text.web.CompletionResponse.Choice;
import io.triptych.text.web.CompletionResponse.Logprobs;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/** Tells a completion. */
final class CompletionShape implements TextShape {
    private final String id = "cmpl-" + UUID.randomUUID();
    private final long created = Instant.now().getEpochSecond();
    private final String model;
    private final boolean withLogprobs;
    private final boolean usageChunk;

    /** @param usageChunk whether usage and summary come on a chunk of their own */
    CompletionShape(String model, TextRequest request, boolean usageChunk) {
        this.model = model;
        this.withLogprobs = request.logprobs() != TextRequest.NO_LOGPROBS;
        this.usageChunk = usageChunk;
    }

    @Override
    public List<CompletionResponse> chunks(TextDelta delta) {
        CompletionResponse chunk =
                response(List.of(choice(List.of(delta))), null, TextShape.speculation(delta, !usageChunk));
        if (delta.summary() == null || !usageChunk) {
            return List.of(chunk);
        }
        TextDelta.Summary summary = delta.summary();
        return List.of(chunk, response(List.of(), summary.usage(), summary.speculation()));
    }

    @Override
    public CompletionResponse whole(List<TextDelta> deltas) {
        List<Choice> choices = deltas.stream()
                .collect(Collectors.groupingBy(TextDelta::choice, TreeMap::new, Collectors.toList()))
                .values()
                .stream()
                .map(this::choice)
                .toList();
        return response(choices, TextShape.last(deltas).usage(), TextShape.speculation(deltas));
    }

    private Choice choice(List<TextDelta> deltas) {
        return new Choice(
                deltas.get(0).choice(),
                TextShape.text(deltas),
                withLogprobs ? Logprobs.of(TextShape.logprobs(deltas)) : null,
                TextShape.finishReason(deltas));
    }

    private CompletionResponse response(List<Choice> choices, Usage usage, SpeculationReport speculation) {
        return new CompletionResponse(id, "text_completion", created, model, choices, usage, speculation);
    }
}
