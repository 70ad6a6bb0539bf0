package io.triptych.bench;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.decoder.LlamaDecoder;
import io.triptych.decoder.Precision;
import io.triptych.openai.SpeculationRequest;
import io.triptych.sampling.SamplingParameters;
import io.triptych.speculation.AdaptiveBudget;
import io.triptych.speculation.Contract;
import io.triptych.speculation.ExactVerifier;
import io.triptych.speculation.PassCost;
import io.triptych.speculation.PrefixCache;
import io.triptych.text.TextDelta;
import io.triptych.text.TextEngine;
import io.triptych.text.TextModel;
import io.triptych.text.TextRequest;
import io.triptych.text.draft.TextDrafters;
import io.triptych.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The text checkpoints as the service loads them, but that no token ends a text. Closing it frees the weights. */
final class TextStudio implements AutoCloseable {
    private static final int PREFIXES = 8;

    private final Tokenizer tokenizer;
    private final TextModel model;
    private final LlamaDecoder target;
    private final LlamaDecoder draftModel;
    private final List<int[]> prompts;

    private TextStudio(Tokenizer tokenizer, LlamaDecoder target, LlamaDecoder draftModel) throws IOException {
        this.tokenizer = tokenizer;
        this.target = target;
        this.draftModel = draftModel;
        model = new TextModel(null, tokenizer, null, target.vocabularySize(), target.capacity(), Set.of());
        prompts = HeldOutPrompts.all().stream()
                .map(prompt -> tokenizer.encode(prompt.prompt(), true))
                .toList();
    }

    /** Loads {@code text} and {@code text-draft} in int8. */
    static TextStudio open(Path models) throws IOException {
        try (CheckpointDirectory text = CheckpointDirectory.open(models.resolve("text"));
                CheckpointDirectory draft = CheckpointDirectory.open(models.resolve("text-draft"))) {
            return new TextStudio(
                    Tokenizer.of(text),
                    Model.of(text).load(Precision.INT8),
                    Model.of(draft).load(Precision.INT8));
        }
    }

    /** An engine whose drafters have seen nothing yet; closing it leaves the studio open. */
    TextEngine engine() {
        PassCost cost = PassCost.measure(target);
        return new TextEngine(
                model,
                new PrefixCache(target, PREFIXES),
                cost,
                () -> {},
                new TextDrafters(draftModel, null, cost, target.vocabularySize()),
                () -> new AdaptiveBudget(cost, Contenders.MAXIMUM_NODES),
                Map.of(Contract.EXACT, new ExactVerifier()),
                Map.of());
    }

    /** The request for so many tokens after a held-out prompt; its number is its seed. */
    TextRequest request(int number, int tokens, double temperature, SpeculationRequest.Mode mode) {
        return new TextRequest(
                List.of(new TextRequest.Prompt(prompts.get(number % prompts.size()), tokens)),
                1,
                SamplingParameters.ofTemperature(temperature),
                number,
                List.of(),
                TextRequest.NO_LOGPROBS,
                new SpeculationRequest(mode, null, null, null));
    }

    /** What was generated. */
    static String text(List<TextDelta> answer) {
        return answer.stream().map(TextDelta::text).collect(Collectors.joining());
    }

    @Override
    public void close() {
        target.close();
        draftModel.close();
        tokenizer.close();
    }
}
