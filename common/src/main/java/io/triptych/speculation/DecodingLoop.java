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

    /** Generates until every sequence is finished. */
    public void run(List<Sequence> sequences) {
        sequences.forEach(this::prefill);
        List<Sequence> active = new ArrayList<>(sequences);
        active.removeIf(Sequence::finished);
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
        int room = Math.min(sequence.remaining() - 1, target.capacity() - history.size());
        int allowance = room <= 0 ? 0 : sequence.budget.allowance();
        if (allowance == 0) {
            return new TokenTree(history.last());
        }
        TokenTree draft = sequence.drafter.draft(history, allowance);
        TokenTree selected = sequence.budget.select(draft);
        return selected.size() <= target.capacity() - history.size() + 1 ? selected : new TokenTree(history.last());
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
        sequence.stats.recordPass(tree, verdict, draftSeconds, passSeconds);

        for (int i = 0; i < verdict.length() && !sequence.finished(); i++) {
            boolean drafted = i < verdict.path().length;
            int token = drafted ? tree.token(verdict.path()[i]) : verdict.next();
            String source = drafted ? tree.source(verdict.path()[i]) : TokenSink.TARGET;
            int node = kept[i];
            history.append(token);
            sequence.stats.recordToken();
            if (!sequence.sink.accept(token, source, () -> scores.logits(node))) {
                sequence.cancel();
            }
        }
        if (!sequence.finished()) {
            sequence.drafter.observe(history, tree, scores, verdict);
            sequence.budget.observe(tree, verdict, draftSeconds, passSeconds);
        }
        sequence.stats.recordOther(secondsSince(begin));
        sequence.sink.passEnded(tree, verdict);
    }

    private static double secondsSince(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }
}
