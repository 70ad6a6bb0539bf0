package io.triptych.speech.draft;

import io.triptych.sampling.Categorical;
import io.triptych.sampling.LogitsPipeline;
import io.triptych.speculation.TokenHistory;
import io.triptych.speculation.TokenTree;
import io.triptych.speculation.WindowInitialiser;
import java.util.Arrays;
import java.util.function.Supplier;

/** Guesses the codes of a frame by group heads, sampled as the target is. Serves one sequence. */
final class HeadsInitialiser implements WindowInitialiser {
    private final GroupHeads heads;
    private final Supplier<float[]> state;
    private final LogitsPipeline pipeline;
    private final TokenHistory nothing = new TokenHistory(new int[] {0});
    private final Categorical[] guesses; // of the frame under way, by codebook
    private int frame = -1;
    private float[] hidden;

    /**
     * @param state the backbone's last hidden state of the frame under way
     * @param codebooks codes in a frame
     */
    HeadsInitialiser(GroupHeads heads, Supplier<float[]> state, LogitsPipeline pipeline, int codebooks) {
        this.heads = heads;
        this.state = state;
        this.pipeline = pipeline;
        guesses = new Categorical[codebooks];
    }

    @Override
    public Categorical guess(int position, Known known) {
        int codebook = position % guesses.length;
        if (position / guesses.length != frame) {
            frame = position / guesses.length;
            hidden = heads.hidden(state.get(), known.token(position - codebook));
            Arrays.fill(guesses, null);
        }
        if (guesses[codebook] == null) {
            float[] logits = heads.logits(hidden, codebook);
            guesses[codebook] =
                    pipeline.along(nothing, new TokenTree(0), node -> logits).after(TokenTree.ROOT);
        }
        return guesses[codebook];
    }

    /** Codes of two codebooks have nothing to do with each other. */
    @Override
    public int reconsider(int position, int formerLeft, Categorical row, Known known) {
        return NONE;
    }
}
