package io.triptych.speculation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * A target that says a script, whatever it is asked: after the token at index {@code i} of a sequence comes
 * {@code script[i]}, so a prompt of one token is answered by the whole script. Every pass takes a permit, so that a test
 * can hold generation up.
 */
public final class ScriptedTarget implements Target {
    private final int vocabularySize;
    private final int capacity;
    private final Semaphore permits = new Semaphore(Integer.MAX_VALUE);
    private volatile int[] script;
    private volatile float certainty;
    private volatile long passes;
    private volatile int openSessions;

    public ScriptedTarget(int vocabularySize, int capacity, int[] script) {
        this.vocabularySize = vocabularySize;
        this.capacity = capacity;
        say(script, 40);
    }

    /** @param scriptedLogit the logit of the scripted token; all others lie in [0, 1) */
    public void say(int[] tokens, float scriptedLogit) {
        script = tokens;
        certainty = scriptedLogit;
    }

    public int[] script() {
        return script;
    }

    /** Lets no pass begin any more, until {@link #release}. */
    public void hold() {
        permits.drainPermits();
    }

    public void allow(int passCount) {
        permits.release(passCount);
    }

    public void release() {
        permits.drainPermits();
        permits.release(Integer.MAX_VALUE);
    }

    public long passes() {
        return passes;
    }

    public int openSessions() {
        return openSessions;
    }

    @Override
    public int vocabularySize() {
        return vocabularySize;
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // only the inference thread writes
    public Session open() {
        openSessions++;
        return new ScriptedSession();
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate")
    public List<Scores> score(List<Step> steps) {
        permits.acquireUninterruptibly();
        passes++;
        List<Scores> scores = new ArrayList<>();
        for (Step step : steps) {
            ScriptedSession session = (ScriptedSession) step.session();
            int root = session.length;
            scores.add(node -> logits(root + step.tree().depth(node)));
        }
        return scores;
    }

    private float[] logits(int index) {
        float[] logits = new float[vocabularySize];
        for (int token = 0; token < vocabularySize; token++) {
            logits[token] = ((token * 31 + index * 17) & 0xff) / 256f;
        }
        logits[script[Math.min(index, script.length - 1)]] = certainty;
        return logits;
    }

    private final class ScriptedSession implements Session {
        private int length;

        @Override
        public int length() {
            return length;
        }

        @Override
        public void append(int[] tokens) {
            length += tokens.length;
        }

        @Override
        public void commit(int[] nodes) {
            length += nodes.length;
        }

        @Override
        public void truncate(int newLength) {
            length = newLength;
        }

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate")
        public void close() {
            openSessions--;
        }
    }
}
