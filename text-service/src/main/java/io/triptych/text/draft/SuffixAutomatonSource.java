package io.triptych.text.draft;

import io.triptych.speculation.TokenHistory;
import java.util.Arrays;

/**
 * Continues as earlier text did after the longest suffix that occurs there, by how often each continuation did: in the
 * request itself, and in the store of earlier outputs (after SuffixDecoding, Oliaro et al., 2024, and SAM-Decoding, Hu
 * et al., 2024). Where the longest suffix has few continuations, shorter ones add theirs.
 */
final class SuffixAutomatonSource implements CandidateSource {
    static final String NAME = "suffix-automaton";

    private static final int LENGTHS = 5;
    private static final int CONTINUATIONS = 4;
    private static final int SCANNED_EDGES = 48;

    private final OutputStore store;
    private final SuffixAutomaton request = new SuffixAutomaton();
    private int known;
    private int storeGeneration = -1;
    private int storeKnown;

    private final int[][] state = new int[2][CandidateTree.CAPACITY];
    private final int[][] length = new int[2][CandidateTree.CAPACITY];

    private final int[] bestTokens = new int[CONTINUATIONS];
    private final int[] bestCounts = new int[CONTINUATIONS];

    SuffixAutomatonSource(OutputStore store) {
        this.store = store;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int kinds() {
        return 2 * LENGTHS;
    }

    @Override
    public void begin(TokenHistory history) {
        while (known < history.size()) {
            request.extend(history.get(known++));
        }
        state[0][CandidateTree.ROOT] = request.repeatedSuffix();
        length[0][CandidateTree.ROOT] = request.length(request.repeatedSuffix());

        if (storeGeneration != store.generation()) {
            storeGeneration = store.generation();
            storeKnown = 0;
            state[1][CandidateTree.ROOT] = SuffixAutomaton.INITIAL;
            length[1][CandidateTree.ROOT] = 0;
        }
        while (storeKnown < history.size()) {
            follow(1, CandidateTree.ROOT, CandidateTree.ROOT, history.get(storeKnown++));
        }
    }

    @Override
    public void follow(CandidateTree tree, int node) {
        follow(0, tree.parent(node), node, tree.token(node));
        follow(1, tree.parent(node), node, tree.token(node));
    }

    @Override
    public void propose(CandidateTree tree, int node, int source) {
        propose(tree, node, source, 0);
        propose(tree, node, source, 1);
    }

    private SuffixAutomaton automaton(int text) {
        return text == 0 ? request : store.automaton();
    }

    /** Where a token leads from a node's match: to the longest suffix of match and token that the text holds. */
    private void follow(int text, int from, int to, int token) {
        SuffixAutomaton automaton = automaton(text);
        int s = state[text][from];
        int matched = length[text][from];
        // Text that was added since may have split the state.
        while (s != SuffixAutomaton.INITIAL && automaton.length(automaton.link(s)) >= matched) {
            s = automaton.link(s);
        }
        int next = automaton.next(s, token);
        while (next == SuffixAutomaton.NONE && s != SuffixAutomaton.INITIAL) {
            s = automaton.link(s);
            matched = automaton.length(s);
            next = automaton.next(s, token);
        }
        boolean found = next != SuffixAutomaton.NONE;
        state[text][to] = found ? next : SuffixAutomaton.INITIAL;
        length[text][to] = found ? matched + 1 : 0;
    }

    private void propose(CandidateTree tree, int node, int source, int text) {
        SuffixAutomaton automaton = automaton(text);
        int s = state[text][node];
        int matched = length[text][node];
        int proposed = 0;
        while (matched > 0 && proposed < CONTINUATIONS) {
            int total = collect(automaton, s);
            for (int i = 0; i < CONTINUATIONS && bestCounts[i] > 0; i++) {
                double share = bestCounts[i] / (total + 1.0);
                tree.propose(node, bestTokens[i], source, kind(text, matched), share, false);
                proposed++;
            }
            s = automaton.link(s);
            matched = automaton.length(s);
        }
    }

    /** Finds the most frequent continuations of a state and returns how many there were in all. */
    private int collect(SuffixAutomaton automaton, int s) {
        Arrays.fill(bestCounts, 0);
        int total = 0;
        int scanned = 0;
        for (int e = automaton.firstEdge(s);
                e != SuffixAutomaton.NONE && scanned < SCANNED_EDGES;
                e = automaton.nextEdge(e), scanned++) {
            int count = automaton.count(automaton.edgeTo(e));
            total += count;
            if (automaton.edgeToken(e) != store.separator() && count > bestCounts[CONTINUATIONS - 1]) {
                insert(automaton.edgeToken(e), count);
            }
        }
        return total;
    }

    private void insert(int token, int count) {
        int i = CONTINUATIONS - 1;
        while (i > 0 && bestCounts[i - 1] < count) {
            bestCounts[i] = bestCounts[i - 1];
            bestTokens[i] = bestTokens[i - 1];
            i--;
        }
        bestCounts[i] = count;
        bestTokens[i] = token;
    }

    /** 1, 2, 3 to 4, 5 to 8, or more matched tokens; in the request or the store. */
    private int kind(int text, int matched) {
        int lengthClass = Math.min(LENGTHS - 1, 32 - Integer.numberOfLeadingZeros(matched - 1));
        return 2 * lengthClass + text;
    }
}
