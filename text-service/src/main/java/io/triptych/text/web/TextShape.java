package io.triptych.text.web;

import io.triptych.openai.PassTrace;
import io.triptych.openai.ResponseShape;
import io.triptych.openai.SpeculationReport;
import io.triptych.openai.SseWriter;
import io.triptych.text.TextDelta;
import java.io.IOException;
import java.util.List;
import java.util.Objects;

/** What the shapes of text have in common: one response's deltas in, its JSON out. */
interface TextShape extends ResponseShape<TextDelta> {
    /** The chunks of a stream that tell one delta. */
    List<?> chunks(TextDelta delta);

    @Override
    default void write(TextDelta delta, SseWriter stream) throws IOException {
        for (Object chunk : chunks(delta)) {
            stream.send(chunk);
        }
    }

    /** The extension on the chunk of a delta: what its pass did, and the account if it is the last. */
    static SpeculationReport speculation(TextDelta delta, boolean withSummary) {
        List<PassTrace> trace = delta.trace() == null ? null : List.of(delta.trace());
        if (delta.summary() != null && withSummary) {
            return delta.summary().speculation().withTrace(trace);
        }
        return trace == null ? null : SpeculationReport.ofTrace(trace);
    }

    /** The extension on a whole response. */
    static SpeculationReport speculation(List<TextDelta> deltas) {
        List<PassTrace> trace =
                deltas.stream().map(TextDelta::trace).filter(Objects::nonNull).toList();
        return last(deltas).speculation().withTrace(trace.isEmpty() ? null : trace);
    }

    static TextDelta.Summary last(List<TextDelta> deltas) {
        return deltas.get(deltas.size() - 1).summary();
    }

    static String text(List<TextDelta> choice) {
        StringBuilder text = new StringBuilder();
        choice.forEach(delta -> text.append(delta.text()));
        return text.toString();
    }

    static List<TextDelta.TokenLogprobs> logprobs(List<TextDelta> choice) {
        return choice.stream().flatMap(delta -> delta.logprobs().stream()).toList();
    }

    static String finishReason(List<TextDelta> choice) {
        return choice.get(choice.size() - 1).finishReason();
    }
}
