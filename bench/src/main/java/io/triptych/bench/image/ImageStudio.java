package io.triptych.bench.image;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.decoder.JanusConfig;
import io.triptych.decoder.LlamaDecoder;
import io.triptych.decoder.LlamaWeights;
import io.triptych.decoder.Precision;
import io.triptych.image.ImageEngine;
import io.triptych.image.ImageModel;
import io.triptych.image.ImageRequest;
import io.triptych.image.vq.VqDecoder;
import io.triptych.openai.SpeculationRequest;
import io.triptych.sampling.CounterRandom;
import io.triptych.speculation.BudgetController;
import io.triptych.speculation.DecodingLoop;
import io.triptych.speculation.Drafter;
import io.triptych.speculation.GuidedTarget;
import io.triptych.speculation.JacobiDrafter;
import io.triptych.speculation.LogitsPipeline;
import io.triptych.speculation.PassCost;
import io.triptych.speculation.Sequence;
import io.triptych.speculation.SpeculationStats;
import io.triptych.speculation.WindowBudget;
import io.triptych.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The image checkpoint as the service loads it, and pictures made with it. Closing it frees the weights. */
public final class ImageStudio implements AutoCloseable {
    private final Tokenizer tokenizer;
    private final ImageModel model;
    private final LlamaDecoder decoder;
    private final VqDecoder pixels;
    private final GuidedTarget target;

    private ImageStudio(Tokenizer tokenizer, ImageModel model, LlamaDecoder decoder, VqDecoder pixels) {
        this.tokenizer = tokenizer;
        this.model = model;
        this.decoder = decoder;
        this.pixels = pixels;
        target = new GuidedTarget(decoder);
    }

    /** Loads a checkpoint in int8. */
    public static ImageStudio open(Path path) throws IOException {
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(path)) {
            JanusConfig shape = JanusConfig.from(checkpoint);
            Tokenizer tokenizer = Tokenizer.of(checkpoint);
            int capacity = shape.text().maximumPositions();
            ImageModel model = ImageModel.of(null, tokenizer, shape, capacity, checkpoint);
            LlamaDecoder decoder = LlamaDecoder.load(shape, LlamaWeights.of(checkpoint), Precision.INT8, capacity);
            return new ImageStudio(tokenizer, model, decoder, VqDecoder.load(shape, checkpoint, Precision.INT8));
        }
    }

    /**
     * What to paint.
     *
     * @param guidance 1 is none
     */
    record Task(String caption, double guidance, long seed) {}

    /**
     * What was painted, and what it cost.
     *
     * @param seconds from the prompt to the pixels
     * @param logLikelihood of a code under the target's distribution, in nats, the mean of all; NaN if not measured
     */
    record Painting(int[] codes, byte[] rgb, SpeculationStats stats, double seconds, double logLikelihood) {}

    ImageModel model() {
        return model;
    }

    VqDecoder pixels() {
        return pixels;
    }

    /** The engine of the service, for the contract {@code exact}; closing it closes the studio. */
    public ImageEngine engine() {
        PassCost cost = passCost();
        return new ImageEngine(
                model,
                decoder,
                cost,
                pixels::decode,
                this::close,
                request -> adaptive(cost, new Task("", request.guidance(), request.seed())),
                null,
                Map.of());
    }

    /** The request of a picture, as the service makes it of a caption. */
    public ImageRequest request(String caption, double guidance, long seed, int previews) {
        int[] prompt = model.prompt(caption);
        return new ImageRequest(
                prompt,
                model.unconditional(prompt),
                guidance,
                1,
                model.sampling(),
                seed,
                previews,
                SpeculationRequest.DEFAULT);
    }

    /** What passes cost now, at a length in the middle of a picture. */
    PassCost passCost() {
        return PassCost.measureWithPairs(decoder, model.shape().imageTokens() / 2);
    }

    /** What chooses the lengths of windows if nobody else does. */
    BudgetController adaptive(PassCost cost, Task task) {
        return new WindowBudget(cost, task.guidance == 1 ? 1 : 2, ImageWay.LONGEST_ADAPTIVE);
    }

    /** @param likelihood whether to measure it, which takes time that is not the method's */
    Painting paint(Task task, ImageWay way, BudgetController budget, boolean likelihood) {
        int[] prompt = model.prompt(task.caption);
        int length = model.shape().imageTokens();
        CounterRandom random = new CounterRandom(task.seed);
        double[] sum = {likelihood ? 0 : Double.NaN};
        long begin = System.nanoTime();
        try (Sequence sequence = new Sequence(
                prompt,
                target.open(model.unconditional(prompt), task.guidance),
                drafter(way, random),
                budget,
                way.verifier(),
                new LogitsPipeline(model.sampling()),
                random,
                (token, source, logits) -> {
                    if (likelihood) {
                        sum[0] += logProbability(logits.get(), token);
                    }
                    return true;
                },
                length)) {
            new DecodingLoop(target).run(List.of(sequence));
            int[] codes = sequence.history().slice(prompt.length, prompt.length + length);
            byte[] rgb = pixels.decode(codes);
            double seconds = (System.nanoTime() - begin) / 1e9;
            return new Painting(codes, rgb, sequence.stats(), seconds, sum[0] / length);
        }
    }

    private Drafter drafter(ImageWay way, CounterRandom random) {
        return way.redraw() == null
                ? Drafter.none()
                : new JacobiDrafter(
                        way.redraw(),
                        way.initialiser(model),
                        target.vocabularySize(),
                        random,
                        model.shape().imageTokens());
    }

    /** At the model's temperature, before any truncation. */
    private double logProbability(float[] logits, int token) {
        double temperature = model.sampling().temperature();
        double largest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit / temperature);
        }
        double total = 0;
        for (float logit : logits) {
            total += Math.exp(logit / temperature - largest);
        }
        return logits[token] / temperature - largest - Math.log(total);
    }

    @Override
    public void close() {
        pixels.close();
        decoder.close();
        tokenizer.close();
    }
}
