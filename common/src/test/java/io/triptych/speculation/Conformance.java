package io.triptych.speculation;

import io.triptych.sampling.SamplingParameters;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/**
 * One case of the exact check of a verifier: a random target, random drafts, and the distribution over all output
 * sequences of a length, computed by enumeration.
 */
record Conformance(long seed, int vocabulary, int length, SamplingParameters parameters) {
    /** Makes the draft of a pass; its own random choices are enumerated too. A new one is made for every run. */
    interface Draft {
        TokenTree draw(Enumeration choices, TokenHistory history);
    }

    interface DraftFactory {
        Draft create();
    }

    /** The largest difference, over all sequences, between what the verifier emits and what the target would alone. */
    double deviation(Verifier verifier, DraftFactory drafts, int passes) {
        return deviation(choices -> {
            TokenHistory history = new TokenHistory(new int[] {0});
            Draft draft = drafts.create();
            for (int pass = 0; pass < passes && history.size() <= length; pass++) {
                TokenTree tree = draft.draw(choices, history);
                Verdict verdict = verifier.verify(tree, along(history, tree), choices, history.size());
                for (int node : verdict.path()) {
                    history.append(tree.token(node));
                }
                history.append(verdict.next());
            }
            return history;
        });
    }

    /** The same for whatever generates the beginning of a sequence behind the prompt 0; the target alone goes on. */
    double deviation(Function<Enumeration, TokenHistory> generation) {
        double[] output = output(generation);
        double[] plain = plain();
        double deviation = Math.abs(1 - Arrays.stream(output).sum());
        for (int i = 0; i < plain.length; i++) {
            deviation = Math.max(deviation, Math.abs(plain[i] - output[i]));
        }
        return deviation;
    }

    /** The total variation between what is generated and what the target would alone. */
    double totalVariation(Function<Enumeration, TokenHistory> generation) {
        double[] output = output(generation);
        double[] plain = plain();
        double sum = 0;
        for (int i = 0; i < plain.length; i++) {
            sum += Math.abs(plain[i] - output[i]) / 2;
        }
        return sum;
    }

    private double[] output(Function<Enumeration, TokenHistory> generation) {
        double[] output = new double[sequences()];
        Enumeration.run(choices -> spread(generation.apply(choices), choices.probability(), output));
        return output;
    }

    /** The probability of every sequence by the target alone, the last token counting fastest. */
    double[] plain() {
        double[] plain = new double[sequences()];
        spread(new TokenHistory(new int[] {0}), 1, plain);
        return plain;
    }

    /** The target's processed distributions along a tree. */
    TargetDistribution along(TokenHistory history, TokenTree tree) {
        return new LogitsPipeline(parameters).along(history, tree, node -> logits(prefix(history, tree, node)));
    }

    /** Random logits that depend on the whole prefix; some tokens are impossible. */
    private float[] logits(List<Integer> prefix) {
        Random random = random(1, prefix);
        float[] logits = new float[vocabulary];
        for (int token = 0; token < vocabulary; token++) {
            logits[token] = random.nextInt(6) == 0 ? Float.NEGATIVE_INFINITY : (float) (2 * random.nextGaussian());
        }
        logits[random.nextInt(vocabulary)] = (float) random.nextGaussian();
        return logits;
    }

    /** A random distribution that depends on the whole prefix, to propose from; some tokens are impossible. */
    double[] proposal(List<Integer> prefix) {
        Random random = random(2, prefix);
        double[] q = new double[vocabulary];
        for (int token = 0; token < vocabulary; token++) {
            q[token] = random.nextInt(6) == 0 ? 0 : -Math.log(random.nextDouble());
        }
        q[random.nextInt(vocabulary)] += 0.1;
        double sum = Arrays.stream(q).sum();
        for (int token = 0; token < vocabulary; token++) {
            q[token] /= sum;
        }
        return q;
    }

    Random random(int use, List<Integer> prefix) {
        return new Random(31 * (31 * seed + use) + 1_000_003L * prefix.hashCode());
    }

    static List<Integer> prefix(TokenHistory history, TokenTree tree, int node) {
        int[] path = tree.pathTokens(node);
        Integer[] prefix = new Integer[history.size() + path.length];
        Arrays.setAll(prefix, i -> i < history.size() ? history.get(i) : path[i - history.size()]);
        return List.of(prefix);
    }

    /** Adds the probability of every full sequence that begins with a history, continued by the target alone. */
    private void spread(TokenHistory history, double probability, double[] output) {
        if (history.size() > length) {
            int index = 0;
            for (int i = 1; i <= length; i++) {
                index = index * vocabulary + history.get(i);
            }
            output[index] += probability;
            return;
        }
        double[] p = along(history, new TokenTree(history.last()))
                .after(TokenTree.ROOT)
                .probabilities();
        for (int token = 0; token < vocabulary; token++) {
            if (p[token] > 0) {
                TokenHistory longer = new TokenHistory(new int[] {0});
                for (int i = 1; i < history.size(); i++) {
                    longer.append(history.get(i));
                }
                longer.append(token);
                spread(longer, probability * p[token], output);
            }
        }
    }

    private int sequences() {
        return (int) Math.round(Math.pow(vocabulary, length));
    }

    /** How the drafts of a rule are drawn. */
    enum Drawing {
        INDEPENDENT,
        WITHOUT_REPLACEMENT,
        /** The most probable tokens of the proposal, which they are nevertheless said to be drawn from: a trap. */
        TOP_RANKED,
        /** Nothing is drawn: every node is a point mass on a random token. */
        POINT_MASSES,
        /** From a proposal that depends on the position alone, with the same noise for it in every pass: a trap. */
        REUSED
    }

    /** Trees of random shape, the shape depending on the path; a few of the nodes are point masses. */
    DraftFactory trees(int depth, int children, Drawing drawing) {
        return () -> {
            Map<List<Integer>, Integer> reused = new HashMap<>();
            return (choices, history) -> {
                TokenTree tree = new TokenTree(history.last());
                for (int node = 0; node < tree.size(); node++) {
                    if (tree.depth(node) < depth) {
                        addChildren(tree, node, children, drawing, choices, prefix(history, tree, node), reused);
                    }
                }
                return tree;
            };
        };
    }

    private void addChildren(
            TokenTree tree,
            int node,
            int children,
            Drawing drawing,
            Enumeration choices,
            List<Integer> prefix,
            Map<List<Integer>, Integer> reused) {
        Random shape = random(3, prefix);
        List<Integer> given = drawing == Drawing.REUSED ? List.of(prefix.size()) : prefix;
        double[] proposal = proposal(given);
        double[] left = proposal.clone();
        int count = shape.nextInt(8) == 0 ? 0 : 1 + shape.nextInt(children);
        for (int i = 0; i < count; i++) {
            if (drawing == Drawing.POINT_MASSES || shape.nextInt(8) == 0) {
                tree.add(node, shape.nextInt(vocabulary), 1, "copied");
                continue;
            }
            if (Arrays.stream(left).sum() <= 0) {
                return;
            }
            int token =
                    switch (drawing) {
                        case TOP_RANKED -> largest(left);
                        case REUSED -> reused.computeIfAbsent(given, key -> choices.choose(proposal));
                        default -> choices.choose(left);
                    };
            if (drawing == Drawing.WITHOUT_REPLACEMENT || drawing == Drawing.TOP_RANKED) {
                left[token] = 0;
            }
            tree.add(node, token, 1, "drawn", proposal);
        }
    }

    private static int largest(double[] values) {
        int largest = 0;
        for (int i = 1; i < values.length; i++) {
            largest = values[i] > values[largest] ? i : largest;
        }
        return largest;
    }
}
