package io.triptych.text.draft;

/**
 * Makes one probability of what several sources say about a candidate: their log-odds weighted and summed, with weights
 * learned from every candidate whose fate is known (logistic mixing, Mahoney, "Adaptive weighing of context models for
 * lossless data compression", 2005). There is one set of weights for each pair of who spoke at a node and who of them
 * proposed the candidate, as silence tells something too. Shared by all requests; used by the inference thread only.
 */
final class OpinionMixer {
    private static final double RATE = 0.02;

    private final int sources;
    private final double[][] weights;

    OpinionMixer(int sources) {
        this.sources = sources;
        this.weights = new double[1 << (2 * sources)][];
    }

    /**
     * The log-odds that a candidate is right.
     *
     * @param speakers the sources that proposed anything at the node, as bits
     * @param proposers those that proposed this candidate
     * @param logOdds the candidate's, by source; read for proposers only
     */
    double mix(int speakers, int proposers, double[][] logOdds, int candidate) {
        double[] w = weights(speakers, proposers);
        double sum = w[sources];
        for (int s = 0; s < sources; s++) {
            if ((proposers & 1 << s) != 0) {
                sum += w[s] * logOdds[s][candidate];
            }
        }
        return sum;
    }

    /** Learns the fate of a candidate, given what {@link #mix} said of it as a probability. */
    void learn(int speakers, int proposers, double[][] logOdds, int candidate, double mixed, boolean right) {
        double[] w = weights(speakers, proposers);
        double step = RATE * ((right ? 1 : 0) - mixed);
        for (int s = 0; s < sources; s++) {
            if ((proposers & 1 << s) != 0) {
                w[s] += step * logOdds[s][candidate];
            }
        }
        w[sources] += step;
    }

    /** One weight for each source and the constant. A lone source begins as it is, several as a little over their mean. */
    private double[] weights(int speakers, int proposers) {
        int index = (speakers << sources) | proposers;
        if (weights[index] == null) {
            weights[index] = new double[sources + 1];
            double first = 1 / Math.pow(Integer.bitCount(proposers), 0.7);
            for (int s = 0; s < sources; s++) {
                weights[index][s] = first;
            }
        }
        return weights[index];
    }
}
