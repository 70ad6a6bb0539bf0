package io.triptych.text;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.MemoryRequirement;
import io.triptych.decoder.LlamaConfig;
import io.triptych.decoder.LlamaDecoder;
import io.triptych.decoder.LlamaWeights;
import io.triptych.decoder.Precision;
import io.triptych.speculation.AdaptiveBudget;
import io.triptych.speculation.Contract;
import io.triptych.speculation.ExactVerifier;
import io.triptych.speculation.MultiCandidateVerifier;
import io.triptych.speculation.PassCost;
import io.triptych.speculation.PrefixCache;
import io.triptych.speculation.TypicalVerifier;
import io.triptych.speculation.Verifier;
import io.triptych.text.draft.TextDrafters;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads the target, the draft model and the drafters, and times the target's passes. Runs on the native thread. */
final class TextEngineLoader implements Callable<TextEngine> {
    private static final Logger LOG = LoggerFactory.getLogger(TextEngineLoader.class);

    private final TextProperties properties;
    private final Path root;
    private final CheckpointDirectory checkpoint;
    private final TextModel model;

    TextEngineLoader(TextProperties properties, Path root, CheckpointDirectory checkpoint, TextModel model) {
        this.properties = properties;
        this.root = root;
        this.checkpoint = checkpoint;
        this.model = model;
    }

    @Override
    public TextEngine call() {
        LlamaDecoder target = decoder(checkpoint);
        Optional<LlamaDecoder> draftModel = draftModel();
        PassCost cost = PassCost.measure(target);
        TextDrafters drafters = new TextDrafters(
                draftModel.orElse(null), root.resolve(properties.store()), cost, target.vocabularySize());
        return new TextEngine(
                model,
                new PrefixCache(target, properties.prefixes()),
                cost,
                () -> {
                    draftModel.ifPresent(LlamaDecoder::close);
                    target.close();
                },
                drafters,
                () -> new AdaptiveBudget(cost, properties.budget()),
                verifiers(),
                details(draftModel.isPresent()));
    }

    private Optional<LlamaDecoder> draftModel() {
        Path directory = root.resolve(properties.draftModel());
        if (!Files.isDirectory(directory)) {
            LOG.info("there is no draft model at {}: drafting without one", directory);
            return Optional.empty();
        }
        try (CheckpointDirectory draft = CheckpointDirectory.open(directory)) {
            return Optional.of(decoder(draft));
        }
    }

    private LlamaDecoder decoder(CheckpointDirectory from) {
        LlamaConfig config = LlamaConfig.from(from);
        Precision precision = Precision.of(properties.precision());
        MemoryRequirement memory = config.memory(
                precision.bytesPerWeight(), model.capacity(), properties.sequences() + properties.prefixes());
        LOG.info("{} in {} needs {}", from.path(), properties.precision(), memory);
        memory.requireAvailable();
        LlamaDecoder decoder = LlamaDecoder.load(config, LlamaWeights.of(from), precision, model.capacity());
        try {
            from.requireEveryTensorUsed();
        } catch (RuntimeException e) {
            decoder.close();
            throw e;
        }
        return decoder;
    }

    private static Map<Contract, Verifier> verifiers() {
        return Map.of(
                Contract.EXACT,
                new ExactVerifier(),
                Contract.DISTRIBUTION,
                new MultiCandidateVerifier(MultiCandidateVerifier.Siblings.WITHOUT_REPLACEMENT),
                Contract.RELAXED,
                new TypicalVerifier());
    }

    private Map<String, Object> details(boolean drafts) {
        Map<String, Object> details = properties.details(checkpoint, model.capacity());
        details.put("draftModel", drafts ? properties.draftModel() : "none");
        return details;
    }
}
