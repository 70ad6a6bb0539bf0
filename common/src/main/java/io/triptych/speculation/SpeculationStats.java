package io.triptych.speculation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What one sequence cost and gained. Written by the decoding loop only; read when the loop is done with a pass. */
public final class SpeculationStats {
    /** Nodes of one drafter: how many the target scored, and how many of them became output. */
    public static final class DrafterStats {
        private long drafted;
        private long accepted;

        public long drafted() {
            return drafted;
        }

        public long accepted() {
            return accepted;
        }
    }

    private long passes;
    private long drafts;
    private long tokens;
    private double prefillSeconds;
    private double draftSeconds;
    private double passSeconds;
    private double otherSeconds;
    private final List<Long> acceptedPerPosition = new ArrayList<>();
    private final Map<String, DrafterStats> drafters = new LinkedHashMap<>();

    void recordPrefill(double seconds) {
        prefillSeconds += seconds;
    }

    /** @param delivered tokens of the verdict that the sink took: all of them, unless the sequence ended in the pass */
    void recordPass(TokenTree tree, Verdict verdict, int delivered, double draft, double pass) {
        passes++;
        drafts += tree.size() > 1 ? 1 : 0;
        tokens += delivered;
        draftSeconds += draft;
        passSeconds += pass;
        for (int node = 1; node < tree.size(); node++) {
            drafters.computeIfAbsent(tree.source(node), name -> new DrafterStats()).drafted++;
        }
        for (int depth = 0; depth < Math.min(delivered, verdict.path().length); depth++) {
            drafters.get(tree.source(verdict.path()[depth])).accepted++;
            if (depth == acceptedPerPosition.size()) {
                acceptedPerPosition.add(0L);
            }
            acceptedPerPosition.set(depth, acceptedPerPosition.get(depth) + 1);
        }
    }

    void recordOther(double seconds) {
        otherSeconds += seconds;
    }

    /** Forwards of the target after the prompt. */
    public long passes() {
        return passes;
    }

    /** Passes that had a draft. */
    public long drafts() {
        return drafts;
    }

    /** Tokens handed to the sink. */
    public long tokens() {
        return tokens;
    }

    /** Nodes scored, roots not counted. */
    public long drafted() {
        return drafters.values().stream().mapToLong(DrafterStats::drafted).sum();
    }

    /** Nodes accepted and handed to the sink. The other tokens are the target's own, at most one of a pass. */
    public long accepted() {
        return drafters.values().stream().mapToLong(DrafterStats::accepted).sum();
    }

    /** Element d: in how many passes a node of depth d + 1 was accepted. */
    public List<Long> acceptedPerPosition() {
        return List.copyOf(acceptedPerPosition);
    }

    /** By drafter, in the order of their first draft. */
    public Map<String, DrafterStats> drafters() {
        return Collections.unmodifiableMap(new LinkedHashMap<>(drafters));
    }

    /** Seconds spent caching the prompt. */
    public double prefillSeconds() {
        return prefillSeconds;
    }

    /** Seconds that drafters took, to draft and to observe. */
    public double draftSeconds() {
        return draftSeconds;
    }

    /** Seconds spent in the target's passes; a pass shared by several sequences counts in parts. */
    public double passSeconds() {
        return passSeconds;
    }

    /** Seconds spent processing, verifying, committing and in the sink. */
    public double otherSeconds() {
        return otherSeconds;
    }

    /** Decoding alone: everything above, the prompt included, no queueing. */
    public double seconds() {
        return prefillSeconds + draftSeconds + passSeconds + otherSeconds;
    }
}
