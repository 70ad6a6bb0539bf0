package io.triptych.speculation;

import java.util.ArrayList;
import java.util.List;

/**
 * Draft, verify, commit: the one loop that generates everything in Triptych (Leviathan et al., "Fast inference from
 * transformers via speculative decoding", 2023; over trees: Miao et al., "SpecInfer", 2024). One pass of the target
 * scores the drafts of all sequences at once, and sequences may join and leave between passes (Yu et al., "Orca", 2022).
 * With {@link Drafter#none} it is plain autoregressive decoding.
 */
public final class DecodingLoop {
    /** Tokens of a prompt that a pass caches if sequences wait for it that already have theirs, and if none does. */
    private static final int PROMPT_PART = 32;

    private static final int PROMPT_PART_ALONE = 256;

    /** Rows of all prompts in a pass, those that came first before others: more take as much longer and memory besides. */
    private static final int PROMPT_ROWS = 256;

    /** How fast what is known of a sequence's tokens per pass follows its last passes. */
    private static final double PACE_SHARE = 0.1;

    private final Target target;
    private final PassCost cost;

    /** A loop that tells no budget what its sequence's passes are shared with. */
    public DecodingLoop(Target target) {
        this(target, null);
    }

    /** @param cost of the target's passes, the same that budgets and drafters ask; or null */
    public DecodingLoop(Target target, PassCost cost) {
        this.target = target;
        this.cost = cost;
    }

    /**
     * Generates until every sequence is finished: by its sink, its limit or the target's capacity, or cancelled.
     *
     * @throws RuntimeException what a sequence failed with; the others are finished nevertheless
     */
    public void run(List<Sequence> sequences) {
        List<Sequence> active = new ArrayList<>(sequences);
        active.removeIf(Sequence::finished);
        while (!active.isEmpty()) {
            step(active);
            active.removeIf(Sequence::finished);
        }
        sequences.forEach(Sequence::throwFailure);
    }

    /**
     * Moves sequences forward by one shared pass: those whose prompts are cached by one token at least, by the accepted
     * path more. The same pass caches the prompts of the others, long ones in parts, so that nobody waits long for them.
     * A sequence whose prompt takes several passes gains no token until the last of them. What fails, a
     * drafter or a sink say, ends its own sequence alone: {@link Sequence#throwFailure} tells.
     *
     * @param active those to move; finished ones are passed over
     */
    public void step(List<Sequence> active) {
        List<Sequence> ready = ready(active);
        List<PromptPart> prompts = prompts(active, ready.isEmpty() ? PROMPT_PART_ALONE : PROMPT_PART);
        if (ready.isEmpty()) {
            pass(List.of(), prompts, new Company(ready));
            prompts = List.of();
            ready = ready(active);
        }
        Company company = new Company(ready);
        List<Turn> turns = new ArrayList<>(ready.size());
        for (Sequence sequence : ready) {
            sequence.attempt(() -> turns.add(draft(sequence, company)));
        }
        pass(turns, prompts, company);
        if (cost != null) {
            cost.beside(0, 0, 0); // a sequence that begins between passes reckons with costs as they are alone
        }
    }

    private static List<Sequence> ready(List<Sequence> active) {
        List<Sequence> ready = new ArrayList<>(active);
        ready.removeIf(sequence -> sequence.finished() || !sequence.prompted);
        return ready;
    }

    /** What is to be cached next of every prompt that is not. */
    private static List<PromptPart> prompts(List<Sequence> active, int most) {
        List<PromptPart> parts = new ArrayList<>();
        int left = PROMPT_ROWS;
        for (Sequence sequence : active) {
            int rowsPerToken = sequence.session.rowsPerNode();
            if (!sequence.finished() && !sequence.prompted && left >= rowsPerToken) {
                int from = sequence.session.length();
                int to = Math.min(from + Math.min(most, left / rowsPerToken), sequence.history.promptLength() - 1);
                parts.add(new PromptPart(sequence, from, sequence.history.slice(from, to)));
                left -= (to - from) * rowsPerToken;
            }
        }
        return parts;
    }

    private Turn draft(Sequence sequence, Company company) {
        long begin = System.nanoTime();
        TokenHistory history = sequence.history;
        company.leave(sequence);
        if (cost != null) {
            cost.lookingBackAt(history.size());
        }
        int room = sequence.remaining() == 1 ? 0 : target.capacity() - history.size();
        int allowance = Math.min(room, sequence.budget.allowance());
        TokenTree tree = allowance <= 0
                ? new TokenTree(history.last())
                : sequence.budget.select(sequence.drafter.draft(history, allowance));
        sequence.rows = tree.size() * sequence.session.rowsPerNode();
        company.join(sequence);
        return new Turn(sequence, tree, secondsSince(begin));
    }

    private void pass(List<Turn> turns, List<PromptPart> prompts, Company company) {
        int sequences = turns.size() + prompts.size();
        if (sequences == 0) {
            return;
        }
        long begin = System.nanoTime();
        List<Target.Scores> scores;
        try {
            scores = target.score(
                    turns.stream().map(Turn::step).toList(),
                    prompts.stream().map(PromptPart::prompt).toList());
        } catch (RuntimeException | Error e) {
            apart(turns, prompts, company, e);
            return;
        }
        double seconds = secondsSince(begin);
        if (turns.size() > 1 && prompts.isEmpty() && turns.stream().allMatch(Turn::costsAsUsual)) {
            company.took(seconds);
        }
        double passSeconds = seconds / sequences;
        double aloneSeconds = sequences == 1 ? seconds : 0;
        prompts.forEach(part -> part.cached(passSeconds));
        for (int i = 0; i < turns.size(); i++) {
            Turn turn = turns.get(i);
            Target.Scores own = scores.get(i);
            turn.sequence.attempt(() -> commit(turn, own, passSeconds, aloneSeconds, company));
        }
    }

    /** After a pass that failed: each sequence once more alone, so that only those fail that are to blame. */
    private void apart(List<Turn> turns, List<PromptPart> prompts, Company company, Throwable cause) {
        if (turns.size() + prompts.size() == 1) {
            turns.forEach(turn -> turn.sequence.fail(cause));
            prompts.forEach(part -> part.sequence.fail(cause));
            return;
        }
        for (PromptPart part : prompts) {
            part.sequence.attempt(() -> {
                part.sequence.session.truncate(part.from); // drops what was cached of it
                pass(List.of(), List.of(part), company);
            });
        }
        for (Turn turn : turns) {
            turn.sequence.attempt(() -> {
                turn.sequence.session.truncate(turn.sequence.session.length()); // drops what was scored of the tree
                pass(List.of(turn), List.of(), company);
            });
        }
    }

    /**
     * @param passSeconds the sequence's share of the pass, for its statistics
     * @param aloneSeconds what the pass took if it was the sequence's alone, which tells what its rows cost; else 0
     */
    private void commit(Turn turn, Target.Scores scores, double passSeconds, double aloneSeconds, Company company) {
        long begin = System.nanoTime();
        Sequence sequence = turn.sequence;
        TokenTree tree = turn.tree;
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
            company.leave(sequence);
            sequence.drafter.observe(history, tree, scores, distribution, verdict);
            observeSeconds = secondsSince(observing);
            sequence.budget.observe(tree, verdict, turn.seconds + observeSeconds, aloneSeconds);
            sequence.pace += PACE_SHARE * (verdict.length() - sequence.pace);
            company.join(sequence);
        }
        sequence.stats.recordPass(tree, verdict, delivered, turn.seconds + observeSeconds, passSeconds);
        sequence.sink.passEnded(tree, verdict);
        sequence.stats.recordOther(secondsSince(begin) - observeSeconds);
    }

    private static double secondsSince(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }

    /** A sequence's part in a pass, and what it took to draft it. */
    private record Turn(Sequence sequence, TokenTree tree, double seconds) {
        Target.Step step() {
            return new Target.Step(sequence.session, tree);
        }

        boolean costsAsUsual() {
            return sequence.budget.costsAsUsual();
        }
    }

    /** Tokens of a prompt, from a place on. */
    @SuppressWarnings("ArrayRecordComponent")
    private record PromptPart(Sequence sequence, int from, int[] tokens) {
        Target.Prompt prompt() {
            return new Target.Prompt(sequence.session, tokens);
        }

        /** All but the last token, which is the root of the first tree. */
        void cached(double seconds) {
            sequence.prompted = from + tokens.length == sequence.history.promptLength() - 1;
            sequence.stats.recordPrefill(seconds);
        }
    }

    /**
     * The sequences of a pass. While one of them drafts or learns it has left, so that the costs it asks are those of
     * its own rows beside the others'. Each drafts beside what those before it have drafted, and what those behind it
     * had in their last pass: so rows go where they are still cheap, and every row has to be worth the time of all.
     */
    private final class Company {
        private int sequences;
        private int rows;
        private double tokens;

        Company(List<Sequence> sequences) {
            sequences.forEach(this::join);
        }

        void join(Sequence sequence) {
            sequences += sequence.session.rowsPerNode();
            rows += sequence.rows;
            tokens += sequence.pace;
        }

        /** Learns what a pass of all of them has taken. */
        void took(double seconds) {
            if (cost != null) {
                cost.observe(sequences, rows, seconds);
            }
        }

        void leave(Sequence sequence) {
            sequences -= sequence.session.rowsPerNode();
            rows -= sequence.rows;
            tokens -= sequence.pace;
            if (cost != null) {
                cost.beside(sequences, rows, tokens);
            }
        }
    }
}
