package io.triptych.speculation;

import io.triptych.sampling.Categorical;
import io.triptych.sampling.Randomness;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Runs an experiment once for every outcome of its random choices. A run replays a prefix of outcomes and goes on with
 * the first possible one at every new choice; its probability is the product of its outcomes'. A rule that makes two
 * choices under one name would reuse noise: that fails.
 */
final class Enumeration implements Randomness {
    private final List<double[]> choices = new ArrayList<>();
    private final List<Integer> outcomes = new ArrayList<>();
    private final Set<List<Object>> names = new HashSet<>();
    private int next;
    private double probability;

    private Enumeration() {}

    static void run(Consumer<Enumeration> experiment) {
        Enumeration enumeration = new Enumeration();
        do {
            enumeration.next = 0;
            enumeration.probability = 1;
            enumeration.names.clear();
            experiment.accept(enumeration);
        } while (enumeration.advance());
    }

    /** The probability of the choices made in this run so far. */
    double probability() {
        return probability;
    }

    /** A choice that is no verifier's: a drafter's own. */
    int choose(double[] weights) {
        double sum = 0;
        for (double weight : weights) {
            sum += weight;
        }
        if (next == choices.size()) {
            choices.add(weights.clone());
            outcomes.add(possible(weights, 0));
        }
        int outcome = outcomes.get(next++);
        probability *= weights[outcome] / sum;
        return outcome;
    }

    @Override
    public int draw(Categorical distribution, long position) {
        name("draw", position, 0);
        return choose(distribution.probabilities());
    }

    @Override
    public boolean accept(double probability, long position, int trial) {
        name("accept", position, trial);
        return chooseWhether(probability);
    }

    @Override
    public int residual(double[] weights, long position) {
        name("residual", position, 0);
        return choose(weights);
    }

    @Override
    public Randomness ofDrafts(int round) {
        return new Named(round);
    }

    /** The choices of one round of a drafter: enumerated with the others, under names of their own. */
    private final class Named implements Randomness {
        private final int round;

        Named(int round) {
            this.round = round;
        }

        @Override
        public int draw(Categorical distribution, long position) {
            name("draw of round " + round, position, 0);
            return choose(distribution.probabilities());
        }

        @Override
        public boolean accept(double probability, long position, int trial) {
            name("accept of round " + round, position, trial);
            return chooseWhether(probability);
        }

        @Override
        public int residual(double[] weights, long position) {
            name("residual of round " + round, position, 0);
            return choose(weights);
        }

        @Override
        public Randomness ofDrafts(int inner) {
            throw new UnsupportedOperationException("drafts of drafts");
        }
    }

    private boolean chooseWhether(double probability) {
        double p = probability > 0 ? Math.min(1, probability) : 0;
        return choose(new double[] {1 - p, p}) == 1;
    }

    private void name(String kind, long position, int trial) {
        if (!names.add(List.of(kind, position, trial))) {
            throw new AssertionError("noise is used twice: " + kind + " at " + position + ", trial " + trial);
        }
    }

    private boolean advance() {
        while (!choices.isEmpty()) {
            int last = choices.size() - 1;
            int outcome = possible(choices.get(last), outcomes.get(last) + 1);
            if (outcome < choices.get(last).length) {
                outcomes.set(last, outcome);
                return true;
            }
            choices.remove(last);
            outcomes.remove(last);
        }
        return false;
    }

    private static int possible(double[] weights, int from) {
        int outcome = from;
        while (outcome < weights.length && !(weights[outcome] > 0)) {
            outcome++;
        }
        return outcome;
    }
}
