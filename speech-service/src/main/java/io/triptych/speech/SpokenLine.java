package io.triptych.speech;

import io.triptych.openai.PassTrace;
import io.triptych.speculation.TokenSink;
import io.triptych.speculation.TokenTree;
import io.triptych.speculation.Verdict;
import io.triptych.speech.codec.Codec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Turns the codes of one line into sound, piece by piece, until the model ends it. Where the pieces are cut depends on
 * the frames alone and never on the passes that brought them, so that the same codes are the same sound to the last bit.
 */
final class SpokenLine implements TokenSink {
    private final int index;
    private final Voicing voicing;
    private final Codec.Stream sound;
    private final Chunks chunks;
    private final Consumer<float[]> output;
    private final List<PassTrace> trace;
    private final List<PassTrace.Token> passTokens = new ArrayList<>();
    private final List<int[]> waiting = new ArrayList<>();
    private final int[] frame;
    private int codes;
    private int frames;
    private int passes;
    private int codesBeforePass;
    private int backbonePasses;
    private int depthPasses;
    private boolean ended;

    /**
     * @param index of the line in its request
     * @param trace takes what every pass did, or null
     */
    SpokenLine(
            int index,
            Voicing voicing,
            Codec.Stream sound,
            Chunks chunks,
            Consumer<float[]> output,
            List<PassTrace> trace) {
        this.index = index;
        this.voicing = voicing;
        this.sound = sound;
        this.chunks = chunks;
        this.output = output;
        this.trace = trace;
        this.frame = new int[voicing.codebooks()];
    }

    @Override
    public boolean accept(int token, String source, Supplier<float[]> logits) {
        frame[codes++ % frame.length] = token;
        if (trace != null) {
            passTokens.add(new PassTrace.Token(token, null, source, null));
        }
        int inFrame = codes % frame.length;
        if (voicing.ends(frame, inFrame == 0 ? frame.length : inFrame)) {
            ended = true;
            return false;
        }
        if (inFrame == 0) {
            frames++;
            waiting.add(voicing.audible(frame));
        }
        return true;
    }

    @Override
    public void passEnded(TokenTree tree, Verdict verdict) {
        passes++;
        countPasses(tree);
        if (trace != null) {
            trace.add(PassTrace.of(index, passes, passTokens, tree, verdict, token -> null));
            passTokens.clear();
        }
        if (waiting.size() >= chunks.frames()) {
            voice();
        }
    }

    /** The first code of a frame comes of the backbone; every other, and every draft, of the depth decoder. */
    private void countPasses(TokenTree tree) {
        boolean beginsFrame = codesBeforePass % frame.length == 0;
        backbonePasses += beginsFrame ? 1 : 0;
        depthPasses += !beginsFrame || tree.size() > 1 ? 1 : 0;
        codesBeforePass = codes;
    }

    /** Makes sound of what is left when no more codes come. */
    void finish() {
        if (!waiting.isEmpty()) {
            voice();
        }
    }

    private void voice() {
        output.accept(sound.decode(waiting.toArray(int[][]::new)));
        waiting.clear();
        chunks.advance();
    }

    /** Complete frames, all of which are heard. */
    int frames() {
        return frames;
    }

    int backbonePasses() {
        return backbonePasses;
    }

    int depthPasses() {
        return depthPasses;
    }

    /** Whether the model ended the line by itself. */
    boolean ended() {
        return ended;
    }

    /**
     * What the codes of a model mean to its codec.
     *
     * @param codebooks codes in a frame
     * @param vectors codes below this have a sound
     * @param endCode a frame of this code alone ends the speech
     */
    record Voicing(int codebooks, int vectors, int endCode) {
        /** Whether the first codes of a frame end the speech: as soon as there can be no sound in it. */
        boolean ends(int[] frame, int known) {
            int deciding = endCode < vectors ? codebooks : 1;
            return known >= deciding && Arrays.stream(frame, 0, deciding).allMatch(code -> code == endCode);
        }

        /** A copy of a frame in which a code that has no sound, which no trained model draws, is the codebook's first. */
        int[] audible(int[] frame) {
            return Arrays.stream(frame).map(code -> code < vectors ? code : 0).toArray();
        }
    }
}
