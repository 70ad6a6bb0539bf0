package io.triptych.speculation;

import io.triptych.sampling.Categorical;
import io.triptych.sampling.Randomness;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gumbel noise that several draws at one position share, enumerated exactly, for three tokens. The token with the
 * largest log p + g has the smallest E / p for E = exp(-g), which is exponential; only the proportions of the three E
 * matter, and they are uniform on a triangle. A draw cuts the triangle along straight lines into the parts where each
 * token wins; what is known of a position's noise after some draws is a convex polygon, and the probability of a token
 * is the share of its part in the area.
 */
final class SharedGumbel implements Randomness {
    /** Below this share of the triangle a part is rounding. */
    private static final double ROUNDING = 1e-13;

    private final Enumeration choices;
    private final Map<Long, List<double[]>> regions = new HashMap<>();

    SharedGumbel(Enumeration choices) {
        this.choices = choices;
    }

    @Override
    public int draw(Categorical distribution, long position) {
        double[] p = distribution.probabilities();
        List<double[]> region = regions.getOrDefault(
                position, List.of(new double[] {1, 0, 0}, new double[] {0, 1, 0}, new double[] {0, 0, 1}));
        List<List<double[]>> parts = new ArrayList<>();
        double[] areas = new double[p.length];
        for (int token = 0; token < p.length; token++) {
            parts.add(p[token] > 0 ? part(region, p, token) : List.of());
            areas[token] = area(parts.get(token));
        }
        Arrays.setAll(areas, token -> areas[token] < ROUNDING ? 0 : areas[token]);
        int token = choices.choose(areas);
        regions.put(position, parts.get(token));
        return token;
    }

    @Override
    public boolean accept(double probability, long position, int trial) {
        return choices.accept(probability, position, trial);
    }

    @Override
    public int residual(double[] weights, long position) {
        return choices.residual(weights, position);
    }

    @Override
    public Randomness ofDrafts(int round) {
        return choices.ofDrafts(round);
    }

    /** Where a token's E / p is the smallest. */
    private static List<double[]> part(List<double[]> region, double[] p, int token) {
        List<double[]> part = region;
        for (int other = 0; other < p.length; other++) {
            if (other != token) {
                part = cut(part, token, p[other], other, p[token]);
            }
        }
        return part;
    }

    /** What of a polygon has {@code E[i] * a <= E[j] * b} (Sutherland and Hodgman, 1974). */
    private static List<double[]> cut(List<double[]> polygon, int i, double a, int j, double b) {
        List<double[]> rest = new ArrayList<>();
        for (int k = 0; k < polygon.size(); k++) {
            double[] from = polygon.get(k);
            double[] to = polygon.get((k + 1) % polygon.size());
            double begin = from[j] * b - from[i] * a;
            double end = to[j] * b - to[i] * a;
            if (begin >= 0) {
                rest.add(from);
            }
            if (begin >= 0 != end >= 0) {
                double share = begin / (begin - end);
                double[] crossing = new double[3];
                Arrays.setAll(crossing, c -> from[c] + share * (to[c] - from[c]));
                rest.add(crossing);
            }
        }
        return rest;
    }

    /** As a share of the whole triangle. */
    private static double area(List<double[]> polygon) {
        double twice = 0;
        for (int k = 0; k < polygon.size(); k++) {
            double[] from = polygon.get(k);
            double[] to = polygon.get((k + 1) % polygon.size());
            twice += from[0] * to[1] - to[0] * from[1];
        }
        return Math.abs(twice);
    }
}
