package io.triptych.text.draft;

import io.triptych.speculation.AcceptanceEstimate;
import io.triptych.speculation.TokenTree;
import java.util.Arrays;

/**
 * The tree that sources grow together, larger than what will be drafted. A token that several sources propose after one
 * node is one node, which remembers what each of them said of it, so that all can be told when its fate is known. Made
 * once for a sequence and reset for every draft.
 */
final class CandidateTree {
    static final int ROOT = 0;
    static final int NONE = -1;

    /** The most nodes a tree can hold. */
    static final int CAPACITY = 256;

    private final AcceptanceEstimate[] estimates;
    private final AcceptanceEstimate agreement;

    private int size;
    private int position;
    private final int[] token = new int[CAPACITY];
    private final int[] parent = new int[CAPACITY];
    private final int[] depth = new int[CAPACITY];
    private final int[] firstChild = new int[CAPACITY];
    private final int[] nextSibling = new int[CAPACITY];
    private final int[] proposers = new int[CAPACITY];
    private final double[] blended = new double[CAPACITY];
    private final double[] chance = new double[CAPACITY];
    private final double[] path = new double[CAPACITY];
    private final double[][] proposal = new double[CAPACITY][];
    private final int[][] kind;
    private final double[][] raw;
    private final double[][] calibrated;

    /**
     * @param estimates one for each source, which tell how far its confidences are to be believed
     * @param agreement kinds are the sets of sources that proposed a node, as bits
     */
    CandidateTree(AcceptanceEstimate[] estimates, AcceptanceEstimate agreement) {
        this.estimates = estimates;
        this.agreement = agreement;
        kind = new int[estimates.length][CAPACITY];
        raw = new double[estimates.length][CAPACITY];
        calibrated = new double[estimates.length][CAPACITY];
    }

    /**
     * Begins a new tree.
     *
     * @param nextPosition index in the sequence of the token that follows the root
     */
    void reset(int rootToken, int nextPosition) {
        Arrays.fill(proposal, 0, size, null);
        size = 0;
        position = nextPosition;
        newNode(rootToken, NONE);
        chance[ROOT] = 1;
        path[ROOT] = 1;
    }

    int size() {
        return size;
    }

    int token(int node) {
        return token[node];
    }

    int parent(int node) {
        return parent[node];
    }

    int depth(int node) {
        return depth[node];
    }

    int firstChild(int node) {
        return firstChild[node];
    }

    int nextSibling(int node) {
        return nextSibling[node];
    }

    /** The estimated probability that this node and all above it are accepted. */
    double path(int node) {
        return path[node];
    }

    /** Index in the sequence of the token that follows a node, which names its noise. */
    int positionAfter(int node) {
        return position + depth[node];
    }

    /** The child with a token, or {@link #NONE}. */
    int child(int node, int childToken) {
        int child = firstChild[node];
        while (child != NONE && token[child] != childToken) {
            child = nextSibling[child];
        }
        return child;
    }

    /**
     * Notes what a source says: that a token follows a node with a confidence, which is calibrated by kind. Takes
     * effect with {@link #settle}. Without room for another node it is ignored.
     */
    void propose(int node, int childToken, int source, int candidateKind, double confidence) {
        int child = child(node, childToken);
        if (child == NONE) {
            if (size == CAPACITY) {
                return;
            }
            child = newNode(childToken, node);
        }
        double probability = estimates[source].probability(candidateKind, confidence);
        boolean before = (proposers[child] & 1 << source) != 0;
        if (!before || probability > calibrated[source][child]) {
            proposers[child] |= 1 << source;
            kind[source][child] = candidateKind;
            raw[source][child] = confidence;
            calibrated[source][child] = probability;
        }
    }

    /** How often such a candidate of a source is accepted. */
    double estimate(int source, int candidateKind, double confidence) {
        return estimates[source].probability(candidateKind, confidence);
    }

    /** Adds a candidate that was drawn from a proposal; equal tokens drawn for one node stay apart. */
    void draw(int node, int childToken, int source, int candidateKind, double confidence, double[] distribution) {
        int child = newNode(childToken, node);
        proposers[child] = 1 << source;
        kind[source][child] = candidateKind;
        raw[source][child] = confidence;
        calibrated[source][child] = estimates[source].probability(candidateKind, confidence);
        proposal[child] = distribution;
    }

    /** Works out the chances of a node's children from all that was said of them, and the paths below. */
    void settle(int node) {
        double sum = 0;
        for (int c = firstChild[node]; c != NONE; c = nextSibling[c]) {
            blended[c] = 0;
            for (int s = 0; s < estimates.length; s++) {
                if ((proposers[c] & 1 << s) != 0) {
                    blended[c] = Math.max(blended[c], calibrated[s][c]);
                }
            }
            sum += blended[c];
        }
        double scale = sum > 1 ? 1 / sum : 1;
        for (int c = firstChild[node]; c != NONE; c = nextSibling[c]) {
            blended[c] *= scale;
            chance[c] = agreement.probability(proposers[c], blended[c]);
        }
        for (int n = Math.max(1, firstChild[node]); n < size; n++) {
            path[n] = path[parent[n]] * chance[n];
        }
    }

    /** Tells every source what became of its candidates, given the tokens that did follow the root. */
    void learn(int[] followed) {
        int node = ROOT;
        for (int i = 0; i < followed.length && node != NONE; i++) {
            int next = NONE;
            for (int c = firstChild[node]; c != NONE; c = nextSibling[c]) {
                boolean hit = token[c] == followed[i];
                for (int s = 0; s < estimates.length; s++) {
                    if ((proposers[c] & 1 << s) != 0) {
                        estimates[s].observe(kind[s][c], raw[s][c], hit);
                    }
                }
                agreement.observe(proposers[c], blended[c], hit);
                next = hit && next == NONE ? c : next;
            }
            node = next;
        }
    }

    /**
     * The draft: the most probable nodes, and all that were drawn.
     *
     * @param names of the sources, by their number
     */
    TokenTree best(int budget, String[] names) {
        boolean[] kept = new boolean[size];
        int room = budget;
        long[] ranking = new long[size];
        int ranked = 0;
        for (int node = 1; node < size; node++) {
            if (proposal[node] != null) {
                kept[node] = true;
                room--;
            } else {
                long order = Integer.MAX_VALUE - Float.floatToIntBits((float) path[node]);
                ranking[ranked++] = order << 32 | node;
            }
        }
        Arrays.sort(ranking, 0, ranked);
        for (int i = 0; i < Math.min(room, ranked); i++) {
            kept[(int) ranking[i]] = true;
        }
        TokenTree tree = new TokenTree(token[ROOT]);
        int[] renumbered = new int[size];
        for (int node = 1; node < size; node++) {
            if (kept[node]) {
                renumbered[node] = tree.add(
                        renumbered[parent[node]], token[node], chance[node], names[strongest(node)], proposal[node]);
            }
        }
        return tree;
    }

    private int strongest(int node) {
        int best = -1;
        for (int s = 0; s < estimates.length; s++) {
            boolean proposed = (proposers[node] & 1 << s) != 0;
            if (proposed && (best < 0 || calibrated[s][node] > calibrated[best][node])) {
                best = s;
            }
        }
        return best;
    }

    private int newNode(int nodeToken, int nodeParent) {
        int node = size++;
        token[node] = nodeToken;
        parent[node] = nodeParent;
        firstChild[node] = NONE;
        nextSibling[node] = NONE;
        proposers[node] = 0;
        depth[node] = nodeParent == NONE ? 0 : depth[nodeParent] + 1;
        path[node] = 0;
        if (nodeParent != NONE) {
            link(node, nodeParent);
        }
        return node;
    }

    /** Siblings keep their order, which the rejection rules rely on. */
    private void link(int node, int nodeParent) {
        if (firstChild[nodeParent] == NONE) {
            firstChild[nodeParent] = node;
            return;
        }
        int sibling = firstChild[nodeParent];
        while (nextSibling[sibling] != NONE) {
            sibling = nextSibling[sibling];
        }
        nextSibling[sibling] = node;
    }
}
