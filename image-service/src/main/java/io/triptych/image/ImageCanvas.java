package io.triptych.image;

import io.triptych.openai.PassTrace;
import io.triptych.openai.SpeculationReport;
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
    private static final double FIRST_PREVIEW = 0.2;

    private final int index;
    private final ImageModel model;
    private final ImageRequest request;
    private final PixelDecoder pixels;
    private final Consumer<ImageEvent> output;
    private final Supplier<SpeculationReport> account;
    private final int[] codes;
    private final List<PassTrace.Token> passTokens = new ArrayList<>();
    private final List<PassTrace> trace = new ArrayList<>();
    private int tokens;
    private int passes;
    private int previews;

    /** @param account tells what the image has cost, when it is done */
    ImageCanvas(
            int index,
            ImageModel model,
            ImageRequest request,
            PixelDecoder pixels,
            Consumer<ImageEvent> output,
            Supplier<SpeculationReport> account) {
        this.index = index;
        this.model = model;
        this.request = request;
        this.pixels = pixels;
        this.output = output;
        this.account = account;
        this.codes = new int[model.shape().imageTokens()];
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
            Picture picture = new Picture(model.shape().imageSide(), pixels.decode(codes));
            output.accept(new ImageEvent.Finished(
                    index,
                    picture,
                    account.get().withTrace(request.speculation().trace() ? trace : null)));
        } else if (previewIsDue()) {
            int[] rows = Arrays.copyOf(codes, tokens - tokens % model.shape().gridSide());
            Picture picture = Picture.begun(model.shape().imageSide(), pixels.decode(rows));
            output.accept(new ImageEvent.Preview(index, previews++, picture));
        }
    }

    private boolean previewIsDue() {
        if (previews == request.previews()) {
            return false;
        }
        double share = FIRST_PREVIEW + previews * (1 - FIRST_PREVIEW) / request.previews();
        return tokens / model.shape().gridSide()
                >= Math.max(1, Math.round(share * model.shape().gridSide()));
    }
}
