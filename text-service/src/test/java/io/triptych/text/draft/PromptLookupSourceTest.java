package io.triptych.text.draft;

import static org.assertj.core.api.Assertions.assertThat;

import io.triptych.sampling.CounterRandom;
import io.triptych.sampling.SamplingParameters;
import io.triptych.speculation.AcceptanceEstimate;
import io.triptych.speculation.Contract;
import io.triptych.speculation.TokenHistory;
import org.junit.jupiter.api.Test;

class PromptLookupSourceTest {
    private static final double[] PROPOSAL = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};

    private final PromptLookupSource source = new PromptLookupSource();
    private final TokenNoise noise = new TokenNoise(
            new DraftContext(Contract.DISTRIBUTION, SamplingParameters.ofTemperature(1), new CounterRandom(1)));
    private final AcceptanceEstimate[] estimates = {new AcceptanceEstimate(source.kinds())};
    private final CandidateTree tree =
            new CandidateTree(estimates, new OpinionMixer(1), new AcceptanceEstimate(1), noise);

    @Test
    void copiesOn() {
        begin(1, 2, 3, 9, 1, 2);

        assertThat(proposedAfter(CandidateTree.ROOT)).isEqualTo(3);
        tree.settle(CandidateTree.ROOT);
        int copied = tree.child(CandidateTree.ROOT, 3);
        source.follow(tree, copied);
        assertThat(proposedAfter(copied)).isEqualTo(9);
    }

    /** What a draft model draws is not asked about: the source is only told of it. */
    @Test
    void goesOnBelowWhatAnotherDrew() {
        begin(1, 2, 3, 9, 1, 2);

        assertThat(proposedAfter(draw(CandidateTree.ROOT, 3))).isEqualTo(9);
        assertThat(proposedAfter(draw(CandidateTree.ROOT, 4))).isEqualTo(CandidateTree.NONE);
    }

    @Test
    void forgetsTheDraftBefore() {
        copiesOn();

        // Here the copy would begin with the last token and has no second one.
        begin(1, 2, 3, 9, 1, 2, 3, 4, 4);
        int other = draw(CandidateTree.ROOT, 7);
        assertThat(proposedAfter(draw(other, 5))).isEqualTo(CandidateTree.NONE);
        int same = draw(CandidateTree.ROOT, 4);
        assertThat(proposedAfter(same)).isEqualTo(CandidateTree.NONE);
        assertThat(proposedAfter(draw(same, 4))).isEqualTo(CandidateTree.NONE);
    }

    private void begin(int... tokens) {
        TokenHistory history = new TokenHistory(tokens);
        tree.reset(history.last(), history.size(), 0.01);
        source.begin(history);
    }

    private int draw(int node, int token) {
        tree.draw(node, token, 0, 0, 0.5, PROPOSAL);
        int child = tree.child(node, token);
        source.follow(tree, child);
        return child;
    }

    private int proposedAfter(int node) {
        source.propose(tree, node, 0);
        int child = tree.firstChild(node);
        return child == CandidateTree.NONE ? CandidateTree.NONE : tree.token(child);
    }
}
