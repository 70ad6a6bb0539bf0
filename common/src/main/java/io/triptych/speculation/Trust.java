package io.triptych.speculation;

/**
 * How far the probabilities of drafts hold in one sequence: the tokens that were accepted over those that were promised,
 * recent passes counting most. Calibration makes it 1 on average; a text that is unlike all others shows here. Not
 * thread-safe.
 */
public final class Trust {
    private static final double KEEP = 0.98;
    private static final double MOST = 1.5;

    private double promised;
    private double accepted;

    /** What a promise is to be multiplied by, in (0, 1.5]. */
    public double factor() {
        return Math.min(MOST, (accepted + 1) / (promised + 1));
    }

    /**
     * Learns from a pass.
     *
     * @param promisedTokens the sum of the scored nodes' path probabilities, roots not counted
     * @param acceptedTokens how many of them were accepted
     */
    public void record(double promisedTokens, int acceptedTokens) {
        promised = KEEP * promised + promisedTokens;
        accepted = KEEP * accepted + acceptedTokens;
    }

    /** The expected number of accepted nodes of a tree, if every confidence is right. */
    public static double promise(TokenTree tree) {
        double[] paths = pathProbabilities(tree);
        double sum = 0;
        for (int node = 1; node < paths.length; node++) {
            sum += paths[node];
        }
        return sum;
    }

    /** The probability of each node that it and all above it are accepted, if every confidence is right. */
    static double[] pathProbabilities(TokenTree tree) {
        double[] paths = new double[tree.size()];
        paths[TokenTree.ROOT] = 1;
        for (int node = 1; node < paths.length; node++) {
            paths[node] = paths[tree.parent(node)] * tree.confidence(node);
        }
        return paths;
    }
}
