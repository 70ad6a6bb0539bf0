package io.triptych.text;

import io.triptych.openai.PassTrace;
import io.triptych.speculation.TokenSink;
import io.triptych.speculation.TokenTree;
import io.triptych.speculation.Verdict;
import io.triptych.text.TextDelta.TokenLogprobs;
import io.triptych.text.chat.StopStrings;
import io.triptych.tokenizer.IncrementalDecoder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Turns the tokens of one sequence into the text of one choice. Ends, stop strings and the limit are honoured token by
 * token, wherever in a pass they fall; no character and no stop string is ever sent in part.
 */
final class TextChoice implements TokenSink {
    private final int index;
    private final TextModel model;
    private final TextRequest request;
    private final int maximumTokens;
    private final Consumer<TextDelta> output;
    private final IncrementalDecoder decoder;
    private final StopStrings stop;
    private final Deque<TokenLogprobs> heldLogprobs = new ArrayDeque<>();
    private final List<PassTrace.Token> passTokens = new ArrayList<>();
    private final StringBuilder passText = new StringBuilder();
    private int tokens;
    private int passes;
    private int decoded;
    private int emitted;
    private String finishReason;

    TextChoice(int index, TextModel model, TextRequest request, int maximumTokens, Consumer<TextDelta> output) {
        this.index = index;
        this.model = model;
        this.request = request;
        this.maximumTokens = maximumTokens;
        this.output = output;
        this.decoder = model.tokenizer().incrementalDecoder();
        this.stop = new StopStrings(request.stop());
    }

    @Override
    public boolean accept(int token, String source, Supplier<float[]> logits) {
        tokens++;
        if (request.speculation().trace()) {
            passTokens.add(new PassTrace.Token(token, model.text(token), source, null));
        }
        if (model.endTokens().contains(token)) {
            finish("stop", decoder.flush());
            return false;
        }
        if (request.logprobs() != TextRequest.NO_LOGPROBS) {
            heldLogprobs.add(Logprobs.of(token, logits.get(), request.logprobs(), decoded, model));
        }
        take(decoder.accept(token));
        if (stop.stopped()) {
            finishReason = "stop";
        } else if (tokens == maximumTokens) {
            finish("length", decoder.flush());
        }
        return finishReason == null;
    }

    /** The text ends here, with what was held back. */
    private void finish(String reason, String rest) {
        take(rest);
        if (stop.stopped()) {
            finishReason = "stop";
            return;
        }
        passText.append(stop.flush());
        finishReason = reason;
    }

    private void take(String text) {
        decoded += text.length();
        passText.append(stop.accept(text));
    }

    @Override
    public void passEnded(TokenTree tree, Verdict verdict) {
        passes++;
        emitted += passText.length();
        TextDelta delta =
                new TextDelta(index, passText.toString(), emittedLogprobs(), trace(tree, verdict), finishReason, null);
        passText.setLength(0);
        if (!delta.text().isEmpty() || delta.trace() != null || finishReason != null) {
            output.accept(delta);
        }
    }

    /** The tokens whose text has begun to be sent; those of a stop string never are. */
    private List<TokenLogprobs> emittedLogprobs() {
        List<TokenLogprobs> ready = new ArrayList<>();
        boolean whole = finishReason != null && !stop.stopped();
        while (!heldLogprobs.isEmpty() && (whole || heldLogprobs.peek().offset() < emitted)) {
            ready.add(heldLogprobs.remove());
        }
        return ready;
    }

    private PassTrace trace(TokenTree tree, Verdict verdict) {
        if (!request.speculation().trace()) {
            return null;
        }
        PassTrace trace = PassTrace.of(index, passes, passTokens, tree, verdict, model::text);
        passTokens.clear();
        return trace;
    }
}
