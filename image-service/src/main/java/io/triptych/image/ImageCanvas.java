package io.triptych.image;

import io.triptych.openai.PassTrace;
import io.triptych.openai.SpeculationReport;
import io.triptych.speculation.Sequence;
import io.triptych.speculation.TokenSink;
import io.triptych.speculation.TokenTree;
import io.triptych.speculation.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Turns the tokens of one sequence into one image: previews of its committed rows, then the whole. */
final class ImageCanvas implements TokenSink {
    /** When the first preview is due; the others follow evenly. Early, as the first rows are drafted worst. */
    private static final double FIRST_PREVIEW = 0.25;

    private final int index;
    private final ImageModel model;
    private final ImageRequest request;
    private final long seed;
    private final PixelDecoder pixels;
    private final Consumer<ImageEvent> output;
    private final int[] codes;
    private final List<PassTrace.Token> passTokens = new ArrayList<>();
    private final List<PassTrace> trace = new ArrayList<>();
    private Sequence sequence;
    private int tokens;
    private int passes;
    private int previews;

    ImageCanvas(
            int index,
            ImageModel model,
            ImageRequest request,
            long seed,
            PixelDecoder pixels,
            Consumer<ImageEvent> output) {
        this.index = index;
        this.model = model;
        this.request = request;
        this.seed = seed;
        this.pixels = pixels;
        this.output = output;
        this.codes = new int[model.tokens()];
    }

    /** Tells the canvas whose tokens it takes, for the account at the end. */
    void paints(Sequence tokensOf) {
        sequence = tokensOf;
    }

    @Override
    public boolean accept(int token, String source, Supplier<float[]> logits) {
        codes[tokens++] = token;
        if (request.speculation().trace()) {
            passTokens.add(new PassTrace.Token(token, null, source, null));
        }
        return true;
    }

    @Override
    public void passEnded(TokenTree tree, Verdict verdict) {
        passes++;
        if (request.speculation().trace()) {
            trace.add(PassTrace.of(index, passes, passTokens, tree, verdict, token -> null));
            passTokens.clear();
        }
        output.accept(new ImageEvent.Progress(index, tokens, codes.length));
        if (tokens == codes.length) {
            output.accept(new ImageEvent.Finished(index, new Picture(model.side(), pixels.decode(codes)), account()));
        } else if (previewIsDue()) {
            int[] rows = Arrays.copyOf(codes, tokens - tokens % model.grid());
            output.accept(new ImageEvent.Preview(
                    index, previews++, Picture.begun(model.side(), pixels.decode(rows))));
        }
    }

    private boolean previewIsDue() {
        if (previews == request.previews()) {
            return false;
        }
        double share = FIRST_PREVIEW + previews * (1 - FIRST_PREVIEW) / request.previews();
        return tokens / model.grid() >= Math.max(1, Math.round(share * model.grid()));
    }

    private SpeculationReport account() {
        return SpeculationReport.of(request.speculation().mode().contract(), seed, List.of(sequence.stats()))
                .withTrace(request.speculation().trace() ? trace : null);
    }
}
