package io.triptych.text.draft;

import java.util.Arrays;

/**
 * All substrings of a growing text of tokens, each with what followed it and how often: the smallest automaton that
 * accepts its suffixes, built one token at a time in amortised constant time (Blumer et al., 1985), which SAM-Decoding
 * (Hu et al., 2024) drafts from. A state is a set of substrings that end at the same places. Not thread-safe.
 */
final class SuffixAutomaton {
    /** The state of the empty string. */
    static final int INITIAL = 0;

    /** Answer where there is no state or edge. */
    static final int NONE = -1;

    /** A repetitive text has suffixes without end; counting the longest few keeps every step cheap. */
    private static final int COUNTED_SUFFIXES = 48;

    private int states = 1;
    private int last = INITIAL;
    private int[] length = new int[64];
    private int[] link = new int[64];
    private int[] count = new int[64];
    private int[] firstEdge = new int[64];

    private int edges;
    private int[] edgeFrom = new int[64];
    private int[] edgeToken = new int[64];
    private int[] edgeTo = new int[64];
    private int[] nextEdge = new int[64];

    /** Open addressing; edge + 1, or 0 for a free slot. A power of two, at most half full. */
    private int[] slots = new int[256];

    SuffixAutomaton() {
        link[INITIAL] = NONE;
        firstEdge[INITIAL] = NONE;
    }

    /** Appends a token to the text. */
    void extend(int token) {
        int state = newState(length[last] + 1);
        int p = last;
        while (p != NONE && edge(p, token) == NONE) {
            addEdge(p, token, state);
            p = link[p];
        }
        if (p == NONE) {
            link[state] = INITIAL;
        } else {
            int q = edgeTo[edge(p, token)];
            int suffix = length[q] == length[p] + 1 ? q : split(p, token, q);
            link[state] = suffix;
        }
        last = state;
        for (int s = state, i = 0; s != INITIAL && i < COUNTED_SUFFIXES; s = link[s], i++) {
            count[s]++;
        }
    }

    /** The longest suffix of the text that also ends somewhere earlier in it. */
    int repeatedSuffix() {
        return last == INITIAL ? INITIAL : link[last];
    }

    /** The state after a token, or {@link #NONE} if the text holds no such substring. */
    int next(int state, int token) {
        int edge = edge(state, token);
        return edge == NONE ? NONE : edgeTo[edge];
    }

    /** Length of the longest substring of a state. */
    int length(int state) {
        return length[state];
    }

    /** The state of the longest suffix of this state's substrings that ends in more places; {@link #NONE} after all. */
    int link(int state) {
        return link[state];
    }

    /** How often the substrings of a state occur; a lower bound for those short against the text around them. */
    int count(int state) {
        return count[state];
    }

    /** The first of the edges that leave a state, or {@link #NONE}. */
    int firstEdge(int state) {
        return firstEdge[state];
    }

    int nextEdge(int edge) {
        return nextEdge[edge];
    }

    int edgeToken(int edge) {
        return edgeToken[edge];
    }

    int edgeTo(int edge) {
        return edgeTo[edge];
    }

    /** Number of states, at most twice the tokens. */
    int states() {
        return states;
    }

    private int split(int p, int token, int q) {
        int clone = newState(length[p] + 1);
        link[clone] = link[q];
        count[clone] = count[q];
        for (int e = firstEdge[q]; e != NONE; e = nextEdge[e]) {
            addEdge(clone, edgeToken[e], edgeTo[e]);
        }
        link[q] = clone;
        for (int s = p; s != NONE; s = link[s]) {
            int e = edge(s, token);
            if (e == NONE || edgeTo[e] != q) {
                break;
            }
            edgeTo[e] = clone;
        }
        return clone;
    }

    private int newState(int stateLength) {
        if (states == length.length) {
            length = Arrays.copyOf(length, states * 2);
            link = Arrays.copyOf(link, states * 2);
            count = Arrays.copyOf(count, states * 2);
            firstEdge = Arrays.copyOf(firstEdge, states * 2);
        }
        length[states] = stateLength;
        firstEdge[states] = NONE;
        return states++;
    }

    private void addEdge(int from, int token, int to) {
        if (edges == edgeFrom.length) {
            edgeFrom = Arrays.copyOf(edgeFrom, edges * 2);
            edgeToken = Arrays.copyOf(edgeToken, edges * 2);
            edgeTo = Arrays.copyOf(edgeTo, edges * 2);
            nextEdge = Arrays.copyOf(nextEdge, edges * 2);
        }
        if (2 * edges >= slots.length) {
            rehash();
        }
        edgeFrom[edges] = from;
        edgeToken[edges] = token;
        edgeTo[edges] = to;
        nextEdge[edges] = firstEdge[from];
        firstEdge[from] = edges;
        slots[slot(from, token)] = ++edges;
    }

    private int edge(int from, int token) {
        return slots[slot(from, token)] - 1;
    }

    /** Where the edge is, or would go. */
    private int slot(int from, int token) {
        int mask = slots.length - 1;
        long hash = (((long) from << 32) ^ token) * 0x9E3779B97F4A7C15L;
        int slot = (int) (hash >>> 33) & mask;
        while (slots[slot] != 0) {
            int edge = slots[slot] - 1;
            if (edgeFrom[edge] == from && edgeToken[edge] == token) {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void rehash() {
        slots = new int[slots.length * 2];
        for (int edge = 0; edge < edges; edge++) {
            slots[slot(edgeFrom[edge], edgeToken[edge])] = edge + 1;
        }
    }
}
