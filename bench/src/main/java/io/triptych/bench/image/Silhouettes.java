package io.triptych.bench.image;

import io.triptych.bench.image.Caption.Shape;
import java.util.EnumMap;
import java.util.Map;

/** The shapes as one draws them, to compare outlines with; a ring's outline is a circle's. */
final class Silhouettes {
    private static final int GRID = 48;
    private static final double STAR_INSIDE = 0.45;
    private static final Map<Shape, Drawn> DRAWN = new EnumMap<>(Shape.class);

    /** How much a box of another shape speaks against a match: the overlap falls by this for a factor of e. */
    private static final double STRETCH = 0.5;

    /**
     * A shape as one draws it.
     *
     * @param stretch logarithm of the width of its box over the height
     */
    private record Drawn(boolean[] bits, double stretch) {}

    /** Whether a shape holds a point; both coordinates from -1 to 1, y upwards. */
    private interface Outline {
        boolean holds(double x, double y);
    }

    static {
        draw(Shape.CIRCLE, (x, y) -> x * x + y * y <= 1);
        draw(Shape.SQUARE, (x, y) -> Math.max(Math.abs(x), Math.abs(y)) <= 1);
        draw(Shape.TRIANGLE, (x, y) -> y >= -0.5 && Math.abs(x) <= (1 - y) / Math.sqrt(3));
        draw(Shape.STAR, Silhouettes::star);
        draw(Shape.HEART, (x, y) -> heart(1.2 * x, 1.2 * y + 0.1));
        draw(Shape.DIAMOND, (x, y) -> Math.abs(x) / 0.6 + Math.abs(y) <= 1);
        draw(
                Shape.CROSS,
                (x, y) -> Math.max(Math.abs(x), Math.abs(y)) <= 0.9 && Math.min(Math.abs(x), Math.abs(y)) <= 0.3);
    }

    private Silhouettes() {}

    /** The shape whose outline, stretched to the same box, overlaps a silhouette best, and whose box is most alike. */
    static Shape closest(Mask silhouette) {
        boolean[] seen = normalised(silhouette);
        Shape best = Shape.CIRCLE;
        double bestOverlap = Double.NEGATIVE_INFINITY;
        for (Map.Entry<Shape, Drawn> entry : DRAWN.entrySet()) {
            Drawn drawn = entry.getValue();
            double stretched = Math.abs(stretch(silhouette) - drawn.stretch);
            double overlap = overlap(seen, drawn.bits) - STRETCH * stretched;
            if (overlap > bestOverlap) {
                bestOverlap = overlap;
                best = entry.getKey();
            }
        }
        return best;
    }

    private static boolean star(double x, double y) {
        double angle = Math.atan2(x, y); // from the upper point
        double fifth = 2 * Math.PI / 5;
        double off = Math.abs(angle - fifth * Math.round(angle / fifth));
        // The edge runs from the point (1, 0) to the notch, half of a fifth further.
        double notchX = STAR_INSIDE * Math.cos(fifth / 2);
        double notchY = STAR_INSIDE * Math.sin(fifth / 2);
        double radius = Math.hypot(x, y);
        double along = radius * Math.cos(off);
        double beside = radius * Math.sin(off);
        return (along - 1) * notchY + beside * (1 - notchX) <= 0;
    }

    private static boolean heart(double x, double y) {
        double ring = x * x + y * y - 1;
        return ring * ring * ring - x * x * y * y * y <= 0;
    }

    private static void draw(Shape shape, Outline outline) {
        int side = 8 * GRID;
        boolean[] bits = new boolean[side * side];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = outline.holds((i % side + 0.5) * 2 / side - 1, 1 - (i / side + 0.5) * 2 / side);
        }
        Mask mask = new Mask(side, side, bits);
        DRAWN.put(shape, new Drawn(normalised(mask), stretch(mask)));
    }

    private static double stretch(Mask mask) {
        int[] box = mask.box();
        return Math.log((double) (box[2] - box[0]) / (box[3] - box[1]));
    }

    /** What fills the box of a mask, on a grid of its own. */
    private static boolean[] normalised(Mask mask) {
        int[] box = mask.box();
        boolean[] bits = new boolean[GRID * GRID];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = mask.at(
                    box[0] + (int) ((i % GRID + 0.5) / GRID * (box[2] - box[0])),
                    box[1] + (int) ((i / GRID + 0.5) / GRID * (box[3] - box[1])));
        }
        return bits;
    }

    private static double overlap(boolean[] a, boolean[] b) {
        int both = 0;
        int either = 0;
        for (int i = 0; i < a.length; i++) {
            both += a[i] && b[i] ? 1 : 0;
            either += a[i] || b[i] ? 1 : 0;
        }
        return (double) both / either;
    }
}
