package io.triptych.speculation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * A target that keeps what it has cached of sequences that are over: a prompt that begins like one of them (the next turn
 * of a conversation, another question with the same instructions) need not have that part scored again (Zheng et al.,
 * "SGLang: efficient execution of structured language model programs", 2024, whose tree of shared prefixes is here the
 * list of a few sessions). What a sequence yields is the same with it and without, since a cached token's keys and values
 * do not depend on how it came into the cache. Belongs to one thread, as the target does.
 */
public final class PrefixCache implements Target, AutoCloseable {
    /** A common beginning that is shorter than this costs less to score than to look for. */
    private static final int LEAST = 16;

    private final Target target;
    private final int most;
    private final Deque<CachedSession> idle = new ArrayDeque<>(); // the last used first

    /** @param most sessions that are kept when nobody uses them; 0 keeps none */
    public PrefixCache(Target target, int most) {
        this.target = target;
        this.most = most;
    }

    @Override
    public int vocabularySize() {
        return target.vocabularySize();
    }

    @Override
    public int capacity() {
        return target.capacity();
    }

    /** Opens an empty session. */
    @Override
    public Session open() {
        return new CachedSession(target.open());
    }

    /**
     * Opens a session that holds the beginning of a prompt, but never its last token, if there is one to be had that has
     * more to give than it has to forget.
     */
    public Session open(int[] prompt) {
        CachedSession best = null;
        int gain = 0; // tokens that need not be scored, less tokens that are forgotten for it
        for (CachedSession session : idle) {
            int common = session.commonPrefix(prompt);
            int net = common - (session.length() - common);
            if (common >= LEAST && net > gain) {
                gain = net;
                best = session;
            }
        }
        if (best == null) {
            return open();
        }
        idle.remove(best);
        best.truncate(best.commonPrefix(prompt));
        return best;
    }

    @Override
    public List<Scores> score(List<Step> steps) {
        return score(steps, List.of());
    }

    @Override
    public List<Scores> score(List<Step> steps, List<Prompt> prompts) {
        List<Step> inner = new ArrayList<>(steps.size());
        for (Step step : steps) {
            CachedSession session = (CachedSession) step.session();
            session.scored = step.tree();
            inner.add(new Step(session.session, step.tree(), step.from()));
        }
        List<Prompt> innerPrompts = new ArrayList<>(prompts.size());
        for (Prompt prompt : prompts) {
            CachedSession session = (CachedSession) prompt.session();
            session.take(prompt.tokens());
            innerPrompts.add(new Prompt(session.session, prompt.tokens()));
        }
        return target.score(inner, innerPrompts);
    }

    /** Frees what is kept. */
    @Override
    public void close() {
        idle.forEach(kept -> kept.session.close());
        idle.clear();
    }

    /** A session of the target, and the tokens that it holds. */
    private final class CachedSession implements Session {
        private final Session session;
        private int[] tokens = new int[256];
        private TokenTree scored;

        CachedSession(Session session) {
            this.session = session;
        }

        int commonPrefix(int[] prompt) {
            int most = Math.min(length(), prompt.length - 1);
            int difference = Arrays.mismatch(tokens, 0, most, prompt, 0, most);
            return difference < 0 ? most : difference;
        }

        private void take(int token, int at) {
            if (at >= tokens.length) {
                tokens = Arrays.copyOf(tokens, Math.max(at + 1, 2 * tokens.length));
            }
            tokens[at] = token;
        }

        @Override
        public int length() {
            return session.length();
        }

        @Override
        public int rowsPerNode() {
            return session.rowsPerNode();
        }

        /** Before they are cached, so that they are known even if only some are. */
        private void take(int[] added) {
            for (int i = 0; i < added.length; i++) {
                take(added[i], length() + i);
            }
        }

        @Override
        public void append(int[] added) {
            take(added);
            session.append(added);
        }

        @Override
        public void commit(int[] nodes) {
            int before = length();
            for (int i = 0; i < nodes.length; i++) {
                take(scored.token(nodes[i]), before + i);
            }
            session.commit(nodes);
        }

        @Override
        public void truncate(int length) {
            session.truncate(length);
        }

        /** Keeps the session if it holds anything, and frees the one that has been kept longest if there are too many. */
        @Override
        public void close() {
            if (length() < LEAST) {
                session.close();
                return;
            }
            idle.addFirst(this);
            if (idle.size() > most) {
                idle.removeLast().session.close();
            }
        }
    }
}
