package io.triptych.speculation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What one sequence cost and gained. Written by the decoding loop only; read when the loop is done with a pass. */
public final class SpeculationStats {
    /** Nodes of one drafter: how many the target scored, and how many of them were accepted. */
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

    void recordPass(TokenTree tree, Verdict verdict, double draft, double pass) {
        passes++;
        drafts += tree.size() > 1 ? 1 : 0;
        draftSeconds += draft;
        passSeconds += pass;
        for (int node = 1; node < tree.size(); node++) {
            drafters.computeIfAbsent(tree.source(node), name -> new DrafterStats()).drafted++;
        }
        for (int depth = 0; depth < verdict.path().length; depth++) {
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

    void recordToken() {
        tokens++;
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

    /** Nodes accepted. */
    public long accepted() {
        return drafters.values().stream().mapToLong(DrafterStats::accepted).sum();
    }

    /** Element d: in how many passes the draft was accepted at least to depth d + 1. */
    public List<Long> acceptedPerPosition() {
        return List.copyOf(acceptedPerPosition);
    }

    /** By drafter, in the order of their first draft. */
    public Map<String, DrafterStats> drafters() {
        return Map.copyOf(drafters);
    }

    /** Seconds spent caching the prompt. */
    public double prefillSeconds() {
        return prefillSeconds;
    }

    /** Seconds spent drafting. */
    public double draftSeconds() {
        return draftSeconds;
    }

    /** Seconds spent in the target's passes; a pass shared by several sequences counts in parts. */
    public double passSeconds() {
        return passSeconds;
    }

    /** Seconds spent verifying, committing, observing and in the sink. */
    public double otherSeconds() {
        return otherSeconds;
    }

    /** Decoding alone: everything above, the prompt included, no queueing. */
    public double seconds() {
        return prefillSeconds + draftSeconds + passSeconds + otherSeconds;
    }
}
