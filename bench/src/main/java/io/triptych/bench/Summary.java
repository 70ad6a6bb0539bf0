package io.triptych.bench;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;

/**
 * The spread of repeated measurements: minimum, quartiles and maximum. A quartile between two values is interpolated
 * linearly (definition 7 of Hyndman and Fan, 1996).
 */
public record Summary(
        int count, double minimum, double lowerQuartile, double median, double upperQuartile, double maximum) {

    /** @param values at least one, none NaN */
    public static Summary of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("nothing was measured");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return new Summary(
                sorted.length,
                sorted[0],
                quantile(sorted, 0.25),
                quantile(sorted, 0.5),
                quantile(sorted, 0.75),
                sorted[sorted.length - 1]);
    }

    /** @param values at least one, none NaN */
    public static Summary of(Collection<Double> values) {
        return of(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private static double quantile(double[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    /** The median, and the quartiles around it in brackets. */
    public String medianAndQuartiles(int decimals) {
        return number(median, decimals) + " [" + quartiles(decimals) + "]";
    }

    /** The quartiles: half of the measurements lie between them. */
    public String quartiles(int decimals) {
        return number(lowerQuartile, decimals) + " to " + number(upperQuartile, decimals);
    }

    /** The smallest and the largest. */
    public String range(int decimals) {
        return number(minimum, decimals) + " to " + number(maximum, decimals);
    }

    /** A number as every table prints it. */
    public static String number(double value, int decimals) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
