package io.triptych.speculation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Classifier-free guidance over any target (Ho and Salimans, "Classifier-free diffusion guidance", 2022). A guided
 * sequence is two sequences of the inner target, one after its prompt and one after an unconditional prompt. Both carry
 * the same generated tokens and the same drafts, both are scored in one pass, and the logits are
 * {@code u + scale (c - u)} of the conditional {@code c} and the unconditional {@code u}, before any processor.
 */
public final class GuidedTarget implements Target {
    private final Target target;

    public GuidedTarget(Target target) {
        this.target = target;
    }

    @Override
    public int vocabularySize() {
        return target.vocabularySize();
    }

    /** Of either sequence: the longer of the two prompts counts. */
    @Override
    public int capacity() {
        return target.capacity();
    }

    /** Opens a session that is not guided. */
    @Override
    public Session open() {
        return new GuidedSession(target.open(), null, new int[0], 1);
    }

    /**
     * Opens a session whose prompt is what is appended before the first commit; the unconditional prompt is cached
     * beside it, as many tokens at a time: each without its last token, which is the root of the first tree in both.
     *
     * @param unconditionalPrompt at least one token, the last the same as that of the prompt
     * @param scale how far to go from the unconditional logits (0) through the conditional ones (1) and beyond; 1 needs
     *     no second sequence and has none
     */
    public Session open(int[] unconditionalPrompt, double scale) {
        if (!Double.isFinite(scale)) {
            throw new IllegalArgumentException("a guidance scale of " + scale);
        }
        if (scale == 1) {
            return open();
        }
        int[] before = Arrays.copyOf(unconditionalPrompt, unconditionalPrompt.length - 1);
        Session conditional = target.open();
        try {
            return new GuidedSession(conditional, target.open(), before, (float) scale);
        } catch (RuntimeException | Error e) {
            conditional.close();
            throw e;
        }
    }

    @Override
    public List<Scores> score(List<Step> steps) {
        return score(steps, List.of());
    }

    @Override
    public List<Scores> score(List<Step> steps, List<Prompt> prompts) {
        List<Step> inner = new ArrayList<>(2 * steps.size());
        for (Step step : steps) {
            GuidedSession session = (GuidedSession) step.session();
            inner.add(new Step(session.conditional, step.tree(), step.from()));
            if (session.guided()) {
                session.completePrompt();
                inner.add(new Step(session.unconditional, step.tree(), step.from()));
            }
        }
        List<Prompt> innerPrompts = new ArrayList<>(2 * prompts.size());
        for (Prompt prompt : prompts) {
            ((GuidedSession) prompt.session()).add(prompt.tokens(), innerPrompts);
        }
        List<Scores> rows = target.score(inner, innerPrompts);
        List<Scores> guided = new ArrayList<>(steps.size());
        int at = 0;
        for (Step step : steps) {
            GuidedSession session = (GuidedSession) step.session();
            Scores conditional = rows.get(at++);
            guided.add(session.guided() ? session.guide(conditional, rows.get(at++)) : conditional);
        }
        return guided;
    }

    /** Two sessions of the inner target in step, or one. */
    private static final class GuidedSession implements Session {
        private final Session conditional;
        private final Session unconditional;
        private final int[] unconditionalPrompt;
        private final float scale;
        private int promptLength = -1; // of the conditional prompt, once it is complete

        GuidedSession(Session conditional, Session unconditional, int[] unconditionalPrompt, float scale) {
            this.conditional = conditional;
            this.unconditional = unconditional;
            this.unconditionalPrompt = unconditionalPrompt;
            this.scale = scale;
        }

        boolean guided() {
            return unconditional != null;
        }

        Scores guide(Scores conditionalScores, Scores unconditionalScores) {
            return node -> {
                float[] logits = conditionalScores.logits(node);
                float[] without = unconditionalScores.logits(node);
                for (int i = 0; i < logits.length; i++) {
                    logits[i] = without[i] + scale * (logits[i] - without[i]);
                }
                return logits;
            };
        }

        @Override
        public int length() {
            return conditional.length();
        }

        @Override
        public int rowsPerNode() {
            return guided() ? 2 : 1;
        }

        @Override
        public void append(int[] tokens) {
            List<Prompt> prompts = new ArrayList<>();
            add(tokens, prompts);
            prompts.forEach(prompt -> prompt.session().append(prompt.tokens()));
        }

        /** Adds what either sequence is to cache. */
        void add(int[] tokens, List<Prompt> prompts) {
            prompts.add(new Prompt(conditional, tokens));
            if (guided()) {
                prompts.add(new Prompt(unconditional, promptLength < 0 ? unconditionalPart(tokens.length) : tokens));
            }
        }

        /** The next tokens of the unconditional prompt, so many as far as there are. */
        private int[] unconditionalPart(int most) {
            int from = unconditional.length();
            return Arrays.copyOfRange(
                    unconditionalPrompt, from, from + Math.min(most, unconditionalPrompt.length - from));
        }

        /** Caches the rest of an unconditional prompt that is the longer one. No part of a prompt is told to be its last. */
        void completePrompt() {
            if (promptLength < 0 && unconditional.length() < unconditionalPrompt.length) {
                unconditional.append(unconditionalPart(unconditionalPrompt.length));
            }
        }

        @Override
        public void commit(int[] nodes) {
            if (promptLength < 0 && nodes.length > 0) {
                promptLength = conditional.length();
            }
            conditional.commit(nodes);
            if (guided()) {
                unconditional.commit(nodes);
            }
        }

        /** What follows the prompts; a guided session's prompts stay, because they have no tokens in common. */
        @Override
        public void truncate(int length) {
            if (guided()) {
                if (length < (promptLength < 0 ? conditional.length() : promptLength)) {
                    throw new IllegalArgumentException(
                            "a guided session keeps its prompt; it cannot go back to " + length + " tokens");
                }
                unconditional.truncate(unconditional.length() - (conditional.length() - length));
            }
            conditional.truncate(length);
        }

        @Override
        public void close() {
            conditional.close();
            if (guided()) {
                unconditional.close();
            }
        }
    }
}
