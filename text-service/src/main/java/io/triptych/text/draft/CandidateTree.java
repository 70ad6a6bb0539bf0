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

    /** How far mixed log probabilities are from the target's: the scale of a Gumbel-like error. */
    private static final double ERROR = 0.9;

    private static final double LARGEST_ODDS = 8;

    /** Shares of the least worth that are not even noted. */
    private static final double HOPELESS = 0.2;

    private final AcceptanceEstimate[] estimates;
    private final OpinionMixer mixer;
    private final AcceptanceEstimate outcome;
    private final TokenNoise noise;

    private int size;
    private int position;
    private double least;
    private final int[] token = new int[CAPACITY];
    private final int[] parent = new int[CAPACITY];
    private final int[] depth = new int[CAPACITY];
    private final int[] firstChild = new int[CAPACITY];
    private final int[] nextSibling = new int[CAPACITY];
    private final int[] speakers = new int[CAPACITY];
    private final int[] proposers = new int[CAPACITY];
    private final boolean[] unbiased = new boolean[CAPACITY];
    private final double[] gain = new double[CAPACITY];
    private final double[] mixed = new double[CAPACITY];
    private final double[] coupled = new double[CAPACITY];
    private final double[] chance = new double[CAPACITY];
    private final double[] path = new double[CAPACITY];
    private final double[][] proposal = new double[CAPACITY][];
    private final int[][] kind;
    private final double[][] confidence;
    private final double[][] logOdds;

    /**
     * @param estimates one for each source, which tell how far its confidences are to be believed
     * @param outcome tells how far what is made of them all is to be believed; the kind is the number of proposers less
     *     one
     */
    CandidateTree(AcceptanceEstimate[] estimates, OpinionMixer mixer, AcceptanceEstimate outcome, TokenNoise noise) {
        this.estimates = estimates;
        this.mixer = mixer;
        this.outcome = outcome;
        this.noise = noise;
        kind = new int[estimates.length][CAPACITY];
        confidence = new double[estimates.length][CAPACITY];
        logOdds = new double[estimates.length][CAPACITY];
    }

    /**
     * Begins a new tree.
     *
     * @param nextPosition index in the sequence of the token that follows the root
     * @param leastWorth the path probability below which a node is not worth its row
     */
    void reset(int rootToken, int nextPosition, double leastWorth) {
        least = leastWorth;
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
     * Notes what a source says: how probable it thinks a token after a node, before the noise of the position is looked
     * at. Takes effect with {@link #settle}. Without room for another node it is ignored.
     *
     * @param candidateKind chooses the calibration
     * @param byNoise whether it is proposed for its noise, which makes its fate useless for calibration
     */
    void propose(int node, int childToken, int source, int candidateKind, double probability, boolean byNoise) {
        int child = child(node, childToken);
        if (child == NONE) {
            if (size == CAPACITY || hopeless(node, childToken, probability, byNoise)) {
                return;
            }
            child = newNode(childToken, node);
        }
        unbiased[child] |= !byNoise;
        double odds = logOdds(estimates[source].probability(candidateKind, probability));
        boolean before = (proposers[child] & 1 << source) != 0;
        if (!before || odds > logOdds[source][child]) {
            speakers[node] |= 1 << source;
            proposers[child] |= 1 << source;
            kind[source][child] = candidateKind;
            confidence[source][child] = probability;
            logOdds[source][child] = odds;
        }
    }

    /** Whether a candidate is far from worth its row; judged without its noise if its fate is to calibrate. */
    private boolean hopeless(int node, int childToken, double probability, boolean byNoise) {
        double luck = byNoise ? Math.exp(noise.ofLogProbability(positionAfter(node), childToken)) : 1;
        return path[node] * probability * luck < HOPELESS * least;
    }

    /** How often such a candidate of a source is accepted. */
    double estimate(int source, int candidateKind, double probability) {
        return estimates[source].probability(candidateKind, probability);
    }

    /** Adds a candidate that was drawn from a distribution, with the chance that it is accepted. */
    void draw(int node, int childToken, int source, int candidateKind, double probability, double[] distribution) {
        int child = newNode(childToken, node);
        proposers[child] = 1 << source;
        kind[source][child] = candidateKind;
        confidence[source][child] = probability;
        proposal[child] = distribution;
        chance[child] = estimates[source].probability(candidateKind, probability);
        path[child] = path[node] * chance[child];
    }

    /**
     * Works out the chances of a node's proposed children from all that was said of them and from the noise, and the
     * paths below.
     */
    void settle(int node) {
        double sum = 0;
        for (int c = firstChild[node]; c != NONE; c = nextSibling[c]) {
            mixed[c] = 1 / (1 + Math.exp(-mixer.mix(speakers[node], proposers[c], logOdds, c)));
            sum += mixed[c];
        }
        double scale = sum > 1 ? 1 / sum : 1;
        if (noise.present()) {
            couple(node, scale, Math.max(0, 1 - sum));
        }
        for (int c = firstChild[node]; c != NONE; c = nextSibling[c]) {
            coupled[c] = noise.present() ? coupled[c] : mixed[c] * scale;
            chance[c] = outcome.probability(Integer.bitCount(proposers[c]) - 1, coupled[c]);
        }
        for (int n = Math.max(1, firstChild[node]); n < size; n++) {
            path[n] = path[parent[n]] * chance[n];
        }
    }

    /**
     * The probabilities once the noise is known. The target takes the largest of log probability plus noise: were the
     * mixed probabilities exact, that would be settled among the candidates; as they err, it is a matter of degree. All
     * other tokens together draw like one token of the remaining probability, the largest of noisy log weights being
     * itself a Gumbel variable, and this one must be beaten too.
     */
    private void couple(int node, double scale, double rest) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int c = firstChild[node]; c != NONE; c = nextSibling[c]) {
            coupled[c] = Math.log(Math.max(1e-12, mixed[c] * scale)) + gain[c];
            largest = Math.max(largest, coupled[c]);
        }
        double sum = 0;
        for (int c = firstChild[node]; c != NONE; c = nextSibling[c]) {
            sum += Math.exp((coupled[c] - largest) / ERROR);
        }
        for (int c = firstChild[node]; c != NONE; c = nextSibling[c]) {
            double beatsRest = Math.exp(-rest * Math.exp(-coupled[c]));
            coupled[c] = beatsRest * Math.exp((coupled[c] - largest) / ERROR) / sum;
        }
    }

    /** Tells everyone what became of the candidates, given the tokens that did follow the root. */
    void learn(int[] followed) {
        int node = ROOT;
        for (int i = 0; i < followed.length && node != NONE; i++) {
            int next = NONE;
            for (int c = firstChild[node]; c != NONE; c = nextSibling[c]) {
                boolean right = token[c] == followed[i];
                learn(node, c, right);
                next = right && next == NONE ? c : next;
            }
            node = next;
        }
    }

    private void learn(int node, int child, boolean right) {
        for (int s = 0; s < estimates.length; s++) {
            if ((unbiased[child] || proposal[child] != null) && (proposers[child] & 1 << s) != 0) {
                estimates[s].observe(kind[s][child], confidence[s][child], right);
            }
        }
        if (proposal[child] == null) {
            if (unbiased[child]) {
                mixer.learn(speakers[node], proposers[child], logOdds, child, mixed[child], right);
            }
            outcome.observe(Integer.bitCount(proposers[child]) - 1, coupled[child], right);
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
                int order = Integer.MAX_VALUE - Float.floatToIntBits((float) path[node]);
                ranking[ranked++] = ((long) order << 32) | node;
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
            if (proposed && (best < 0 || logOdds[s][node] > logOdds[best][node])) {
                best = s;
            }
        }
        return best;
    }

    private static double logOdds(double probability) {
        double odds = Math.log(probability / (1 - probability));
        return Math.max(-LARGEST_ODDS, Math.min(LARGEST_ODDS, odds));
    }

    private int newNode(int nodeToken, int nodeParent) {
        int node = size++;
        token[node] = nodeToken;
        parent[node] = nodeParent;
        firstChild[node] = NONE;
        nextSibling[node] = NONE;
        speakers[node] = 0;
        proposers[node] = 0;
        unbiased[node] = false;
        path[node] = 0;
        depth[node] = 0;
        if (nodeParent != NONE) {
            depth[node] = depth[nodeParent] + 1;
            gain[node] = noise.ofLogProbability(positionAfter(nodeParent), nodeToken);
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
