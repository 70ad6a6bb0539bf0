package io.triptych.speculation;

import java.util.Arrays;

/**
 * A draft: candidate continuations of one sequence, merged on their common prefixes.
 *
 * <p>Node 0 is the root, the last committed token, which the target has not cached yet. Every other node is added after
 * its parent, so node numbers are a topological order; siblings keep the order in which they were added, which the
 * rejection rules rely on. A tree only grows. Not thread-safe.
 */
public final class TokenTree {
    /** The root of every tree. */
    public static final int ROOT = 0;

    /** Answer of {@link #child}, {@link #firstChild} and {@link #nextSibling} when there is no such node. */
    public static final int NONE = -1;

    private int size = 1;
    private int[] tokens = new int[16];
    private int[] parents = new int[16];
    private int[] depths = new int[16];
    private int[] firstChildren = new int[16];
    private int[] lastChildren = new int[16];
    private int[] nextSiblings = new int[16];
    private double[] confidences = new double[16];
    private String[] sources = new String[16];
    private double[][] proposals = new double[16][];

    /** A tree of the root alone, which makes a pass of plain autoregressive decoding. */
    public TokenTree(int rootToken) {
        tokens[ROOT] = rootToken;
        parents[ROOT] = NONE;
        confidences[ROOT] = 1;
        link(ROOT);
    }

    /**
     * Adds a candidate that is a point mass: chosen, not drawn (retrieved, copied, iterated, or the best of a ranking).
     *
     * @param parent an existing node
     * @param confidence the drafter's estimate, in [0, 1], that this node is accepted once its parent is
     * @param source the name of the drafter
     * @return the new node
     */
    public int add(int parent, int token, double confidence, String source) {
        return add(parent, token, confidence, source, null);
    }

    /**
     * Adds a candidate that was drawn from {@code proposal}, a distribution over the whole vocabulary which the
     * rejection rules need; siblings drawn from one distribution share one array. {@code null} is a point mass.
     */
    public int add(int parent, int token, double confidence, String source, double[] proposal) {
        if (parent < 0 || parent >= size) {
            throw new IllegalArgumentException("parent " + parent + " is not a node of a tree of " + size);
        }
        int node = size++;
        if (node == tokens.length) {
            grow();
        }
        tokens[node] = token;
        parents[node] = parent;
        depths[node] = depths[parent] + 1;
        confidences[node] = confidence;
        sources[node] = source;
        proposals[node] = proposal;
        link(node);
        if (firstChildren[parent] == NONE) {
            firstChildren[parent] = node;
        } else {
            nextSiblings[lastChildren[parent]] = node;
        }
        lastChildren[parent] = node;
        return node;
    }

    /** Number of nodes, the root included: the rows that a pass scores. */
    public int size() {
        return size;
    }

    public int token(int node) {
        return tokens[node];
    }

    /** The parent, or {@link #NONE} for the root. */
    public int parent(int node) {
        return parents[node];
    }

    /** Distance from the root: 0 for the root, 1 for its children. */
    public int depth(int node) {
        return depths[node];
    }

    /** The drafter's estimate that the node is accepted once its parent is; 1 for the root. */
    public double confidence(int node) {
        return confidences[node];
    }

    /** The name of the drafter that proposed the node; null for the root. */
    public String source(int node) {
        return sources[node];
    }

    /** The distribution that the node was drawn from, or null for a point mass. */
    public double[] proposal(int node) {
        return proposals[node];
    }

    public int firstChild(int node) {
        return firstChildren[node];
    }

    public int nextSibling(int node) {
        return nextSiblings[node];
    }

    /** The first child of a node that carries a token, or {@link #NONE}. */
    public int child(int node, int token) {
        int child = firstChildren[node];
        while (child != NONE && tokens[child] != token) {
            child = nextSiblings[child];
        }
        return child;
    }

    /** The tokens from the root's child down to a node; empty for the root. */
    public int[] pathTokens(int node) {
        int[] path = new int[depths[node]];
        for (int n = node; n != ROOT; n = parents[n]) {
            path[depths[n] - 1] = tokens[n];
        }
        return path;
    }

    private void link(int node) {
        firstChildren[node] = NONE;
        lastChildren[node] = NONE;
        nextSiblings[node] = NONE;
    }

    private void grow() {
        int capacity = tokens.length * 2;
        tokens = Arrays.copyOf(tokens, capacity);
        parents = Arrays.copyOf(parents, capacity);
        depths = Arrays.copyOf(depths, capacity);
        firstChildren = Arrays.copyOf(firstChildren, capacity);
        lastChildren = Arrays.copyOf(lastChildren, capacity);
        nextSiblings = Arrays.copyOf(nextSiblings, capacity);
        confidences = Arrays.copyOf(confidences, capacity);
        sources = Arrays.copyOf(sources, capacity);
        proposals = Arrays.copyOf(proposals, capacity);
    }
}
