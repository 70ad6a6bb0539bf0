package io.triptych.speculation;

import java.util.ArrayList;
import java.util.List;

/**
 * Draft, verify, commit: the one loop that generates everything in Triptych (Leviathan et al., "Fast inference from
 * transformers via speculative decoding", 2023; over trees: Miao et al., "SpecInfer", 2024). One pass of the target
 * scores the drafts of all sequences at once. With {@link Drafter#none} it is plain autoregressive decoding.
 */
public final class DecodingLoop {
    private final Target target;

    public DecodingLoop(Target target) {
        this.target = target;
    }

    /** Generates until every sequence is finished: by its sink, its limit or the target's capacity, or cancelled. */
    public void run(List<Sequence> sequences) {
        List<Sequence> active = new ArrayList<>(sequences);
        active.removeIf(Sequence::finished);
        active.forEach(this::prefill);
        while (!active.isEmpty()) {
            step(active);
            active.removeIf(Sequence::finished);
        }
    }

    /** Caches a sequence's prompt, but for its last token, which is the root of the first tree. */
    public void prefill(Sequence sequence) {
        long begin = System.nanoTime();
        sequence.session.append(sequence.history.slice(0, sequence.history.size() - 1));
        sequence.stats.recordPrefill(secondsSince(begin));
    }

    /** Moves every sequence forward by one shared pass: by one token at least, by its accepted path more. */
    public void step(List<Sequence> active) {
        List<Target.Step> pass = new ArrayList<>(active.size());
        double[] draftSeconds = new double[active.size()];
        for (int i = 0; i < active.size(); i++) {
            long begin = System.nanoTime();
            pass.add(new Target.Step(active.get(i).session, draft(active.get(i))));
            draftSeconds[i] = secondsSince(begin);
        }
        long begin = System.nanoTime();
        List<Target.Scores> scores = target.score(pass);
        double passSeconds = secondsSince(begin) / active.size();
        for (int i = 0; i < active.size(); i++) {
            commit(active.get(i), pass.get(i).tree(), scores.get(i), draftSeconds[i], passSeconds);
        }
    }

    private TokenTree draft(Sequence sequence) {
        TokenHistory history = sequence.history;
        int room = sequence.remaining() == 1 ? 0 : target.capacity() - history.size();
        int allowance = Math.min(room, sequence.budget.allowance());
        return allowance <= 0
                ? new TokenTree(history.last())
                : sequence.budget.select(sequence.drafter.draft(history, allowance));
    }

    private void commit(
            Sequence sequence, TokenTree tree, Target.Scores scores, double draftSeconds, double passSeconds) {
        long begin = System.nanoTime();
        TokenHistory history = sequence.history;
        TargetDistribution distribution = sequence.pipeline.along(history, tree, scores);
        Verdict verdict = sequence.verifier.verify(tree, distribution, sequence.randomness, history.size());

        int[] kept = new int[verdict.path().length + 1];
        System.arraycopy(verdict.path(), 0, kept, 1, verdict.path().length);
        sequence.session.commit(kept);

        int delivered = 0;
        while (delivered < verdict.length() && !sequence.finished()) {
            boolean drafted = delivered < verdict.path().length;
            int token = drafted ? tree.token(verdict.path()[delivered]) : verdict.next();
            String source = drafted ? tree.source(verdict.path()[delivered]) : TokenSink.TARGET;
            int scored = kept[delivered++];
            history.append(token);
            if (!sequence.sink.accept(token, source, () -> scores.logits(scored))) {
                sequence.cancel();
            }
        }
        if (history.size() > target.capacity()) {
            sequence.cancel(); // the last token has no place to be scored in
        }

        double observeSeconds = 0;
        if (!sequence.finished()) {
            long observing = System.nanoTime();
            sequence.drafter.observe(history, tree, scores, distribution, verdict);
            observeSeconds = secondsSince(observing);
            sequence.budget.observe(tree, verdict, draftSeconds + observeSeconds, passSeconds);
        }
        sequence.stats.recordPass(tree, verdict, delivered, draftSeconds + observeSeconds, passSeconds);
        sequence.sink.passEnded(tree, verdict);
        sequence.stats.recordOther(secondsSince(begin) - observeSeconds);
    }

    private static double secondsSince(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }
}
