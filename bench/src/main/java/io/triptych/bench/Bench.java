package io.triptych.bench;

import io.triptych.bench.image.ImageBench;
import io.triptych.bench.image.ImageStudio;
import io.triptych.bench.speech.SpeechBench;
import io.triptych.bench.speech.SpeechStudio;
import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.decoder.LlamaDecoder;
import io.triptych.decoder.Precision;
import io.triptych.serving.NativeThreads;
import io.triptych.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Measures what Triptych claims and prints it as Markdown: the claims in one table, then what they were taken from.
 * Everything is compared within this one process, in turns. Progress goes to the error stream.
 */
public final class Bench {
    private static final int BITS_TEXTS = 8;
    private static final int BITS_TEXT_LENGTH = 250;
    private static final int TIMINGS_PER_REPEAT = 5;
    private static final int RANDOM_CHARACTERS = 300;

    private final Options options;
    private final Report report = new Report();

    private Bench(Options options) {
        this.options = options;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Options options;
        try {
            options = Options.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + Options.USAGE);
            System.exit(2);
            return;
        }
        NativeThreads.prepare(0);
        PrintStream out = System.out;
        System.setOut(System.err); // libraries that print where they unpack must not print into the tables
        // llama.cpp's threads would keep the process alive, however it ends.
        Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> {
            e.printStackTrace();
            System.exit(1);
        });
        Bench bench = new Bench(options);
        // However it ends: what a run that is ended early has measured is not lost.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> bench.report.print(out)));
        bench.run();
        System.exit(0);
    }

    private void run() throws IOException, InterruptedException {
        if (options.runsText()) {
            text();
        }
        if (options.runs("load")) {
            try (TextStudio studio = TextStudio.open(options.models())) {
                new LoadBench(studio, options.repeats()).run(report);
            }
        }
        if (options.runsImages()) {
            images();
        }
        if (options.runs("speech")) {
            speech();
        }
        if (options.runs("soak")) {
            soak();
        }
    }

    private void soak() throws IOException, InterruptedException {
        try (SoakBench soak = new SoakBench(options.requests());
                TextStudio text = TextStudio.open(options.models())) {
            soak.text(text);
            soak.images(ImageStudio.open(options.models().resolve("image")));
            soak.speech(SpeechStudio.open(options.models().resolve("speech")));
            soak.run(report);
        }
    }

    private void speech() throws IOException {
        try (SpeechStudio studio = SpeechStudio.open(options.models().resolve("speech"))) {
            SpeechBench speech = new SpeechBench(studio, options.sentences(), report);
            speech.contracts();
            speech.groups();
            speech.service();
        }
    }

    private void images() throws IOException {
        try (ImageStudio studio = ImageStudio.open(options.models().resolve("image"))) {
            ImageBench images = new ImageBench(studio, options.captions(), report);
            if (options.runs("images")) {
                images.exact();
                images.contracts();
                images.firstPreview();
            }
            if (options.runs("windows")) {
                images.windows();
                images.initialisers();
            }
            if (options.runs("likelihood")) {
                images.likelihood();
            }
            if (options.reconstructions() != null) {
                images.reconstructions(options.reconstructions());
            }
        }
    }

    private void text() throws IOException, InterruptedException {
        try (CheckpointDirectory text =
                        CheckpointDirectory.open(options.models().resolve("text"));
                CheckpointDirectory draft =
                        CheckpointDirectory.open(options.models().resolve("text-draft"));
                Tokenizer tokenizer = Tokenizer.of(text)) {
            Model model = Model.of(text);
            Model large = Model.random110M();
            List<int[]> prompts = new ArrayList<>();
            for (HeldOutPrompts.HeldOutPrompt prompt : HeldOutPrompts.all()) {
                prompts.add(tokenizer.encode(prompt.prompt(), true));
            }
            try (LlamaDecoder target = model.load(Precision.INT8);
                    LlamaDecoder draftModel = Model.of(draft).load(Precision.INT8)) {
                if (options.runs("drafters")) {
                    new DrafterBench(target, draftModel)
                            .run(prompts.subList(0, Math.min(options.prompts(), prompts.size())), report);
                }
                if (options.runs("worst")) {
                    List<int[]> random = randomPrompts(tokenizer);
                    new WorstPromptBench(target, draftModel, options.repeats()).run(random, prompts, report);
                }
            }
            if (options.runs("bits")) {
                bits(model, prompts);
            }
            if (options.runs("cost")) {
                new PassCostBench(options.repeats() * TIMINGS_PER_REPEAT).run(List.of(model, large), large, report);
            }
            if (options.runs("peers")) {
                new PeerBench(options.repeats()).run(List.of(model, large), large, report);
            }
        }
    }

    private void bits(Model model, List<int[]> prompts) {
        List<int[]> texts = texts(prompts);
        for (Precision precision : Precision.values()) {
            try (LlamaDecoder decoder = model.load(precision)) {
                BitsBench bits = new BitsBench(decoder);
                BitsBench.Outcome outcome =
                        texts.stream().map(bits::compare).reduce(new BitsBench.Outcome(0, 0), BitsBench.Outcome::plus);
                report.claim(
                        "rows whose logits differ in any bit between single steps and random trees, "
                                + Model.label(precision),
                        "0",
                        outcome.differing() + " of " + outcome.rows(),
                        "");
            }
        }
    }

    /** The prompts one after the other, cut into texts of one length. */
    private static List<int[]> texts(List<int[]> prompts) {
        int[] all = prompts.stream()
                .flatMapToInt(Arrays::stream)
                .limit((long) BITS_TEXTS * BITS_TEXT_LENGTH)
                .toArray();
        List<int[]> texts = new ArrayList<>();
        for (int from = 0; from < all.length; from += BITS_TEXT_LENGTH) {
            texts.add(Arrays.copyOfRange(all, from, Math.min(from + BITS_TEXT_LENGTH, all.length)));
        }
        return texts;
    }

    /** Printable ASCII, each character drawn by itself. */
    private static List<int[]> randomPrompts(Tokenizer tokenizer) {
        Random random = new Random(3);
        List<int[]> prompts = new ArrayList<>();
        for (int i = 0; i < WorstPromptBench.PROMPTS; i++) {
            StringBuilder text = new StringBuilder();
            random.ints(RANDOM_CHARACTERS, ' ', '~' + 1).forEach(c -> text.append((char) c));
            prompts.add(tokenizer.encode(text.toString(), true));
        }
        return prompts;
    }
}
