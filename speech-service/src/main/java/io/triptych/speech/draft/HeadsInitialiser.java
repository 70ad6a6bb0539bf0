package io.triptych.speech.draft;

import io.triptych.sampling.Categorical;
import io.triptych.speculation.LogitsPipeline;
import io.triptych.speculation.TokenHistory;
import io.triptych.speculation.TokenTree;
import io.triptych.speculation.WindowInitialiser;
import java.util.function.Supplier;

/** Guesses the codes of a frame by group heads, sampled as the target is. Serves one sequence. */
final class HeadsInitialiser implements WindowInitialiser {
    private final GroupHeads heads;
    private final Supplier<float[]> state;
    private final LogitsPipeline pipeline;
    private final int codebooks;
    private final TokenHistory nothing = new TokenHistory(new int[] {0});
    private int frame = -1;
    private float[] begun;

    /**
     * @param state the backbone's last hidden state of the frame under way
     * @param codebooks codes in a frame
     */
    HeadsInitialiser(GroupHeads heads, Supplier<float[]> state, LogitsPipeline pipeline, int codebooks) {
        this.heads = heads;
        this.state = state;
        this.pipeline = pipeline;
        this.codebooks = codebooks;
    }

    @Override
    public Categorical guess(int position, Known known) {
        int codebook = position % codebooks;
        if (position / codebooks != frame) {
            frame = position / codebooks;
            begun = heads.begin(state.get());
        }
        float[] sum = begun.clone();
        for (int before = 0; before < codebook; before++) {
            heads.add(sum, before, known.token(position - codebook + before));
        }
        float[] logits = heads.logits(sum, codebook);
        return pipeline.along(nothing, new TokenTree(0), node -> logits).after(TokenTree.ROOT);
    }

    /** Every head knows the codes before its own, which count for more than what the target says behind other codes. */
    @Override
    public boolean knowsBetter() {
        return true;
    }
}
