package io.triptych.bench;

import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.ModelParameters;
import de.kherud.llama.args.LogFormat;
import de.kherud.llama.args.Sampler;
import java.nio.file.Path;

/**
 * llama.cpp through java-llama.cpp, with its defaults (16-bit cache, no flash attention) and as many threads as there
 * are processors. Greedy; the end of a text is ignored, so that the number of tokens is the one asked for. Models are
 * files of {@link LlamaGguf}, so tokens go in and come out as characters.
 */
final class LlamaCpp implements AutoCloseable {
    private final LlamaModel model;

    LlamaCpp(Path gguf, int contextLength) {
        LlamaModel.setLogger(LogFormat.TEXT, (level, message) -> {});
        int threads = Runtime.getRuntime().availableProcessors();
        model = new LlamaModel(new ModelParameters()
                .setModel(gguf.toString())
                .setThreads(threads)
                .setThreadsBatch(threads)
                .setCtxSize(contextLength)
                .disableLog());
    }

    /** The tokens that follow a prompt. */
    int[] generate(int[] prompt, int tokens) {
        return LlamaGguf.tokens(model.complete(new InferenceParameters(LlamaGguf.text(prompt))
                .setNPredict(tokens)
                .setSamplers(Sampler.TOP_K)
                .setTopK(1)
                .setTemperature(0)
                .setIgnoreEos(true)
                .setCachePrompt(true)));
    }

    /**
     * Seconds per plain step after a prompt: the time of a generation less the time of its first token. The prompt
     * stays cached from call to call.
     */
    double secondsPerStep(int[] prompt, int steps) {
        return (seconds(prompt, steps + 1) - seconds(prompt, 1)) / steps;
    }

    private double seconds(int[] prompt, int tokens) {
        long begin = System.nanoTime();
        int generated = generate(prompt, tokens).length;
        double seconds = (System.nanoTime() - begin) / 1e9;
        if (generated != tokens) {
            throw new IllegalStateException("llama.cpp generated " + generated + " tokens instead of " + tokens);
        }
        return seconds;
    }

    @Override
    public void close() {
        model.close();
    }
}
