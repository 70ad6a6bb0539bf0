package io.triptych.bench.image;

import io.triptych.bench.image.Caption.Shape;
import io.triptych.bench.image.Caption.Texture;

/**
 * Tells the textures apart by where an object is white. Stripes stay the same along themselves; a checkered pattern
 * turns into its opposite a square further; dots do neither.
 */
final class TextureReader {
    /** Less white than this is light or noise. */
    private static final double PLAIN = 0.1;

    private static final double STRIPED = 0.57;
    private static final double CHECKERED = -0.45;

    private TextureReader() {}

    /**
     * @param circle around the object: x, y and radius
     * @param colour of its plain parts
     */
    static Texture read(Picture picture, Mask silhouette, Shape shape, double[] circle, double[] colour) {
        int radius = (int) Math.ceil(circle[2]);
        int side = 2 * radius + 1;
        double[] white = new double[side * side];
        boolean[] inside = new boolean[side * side];
        Mask inner = silhouette.grown(1, false);
        int count = 0;
        double sum = 0;
        for (int i = 0; i < white.length; i++) {
            int x = (int) Math.round(circle[0]) - radius + i % side;
            int y = (int) Math.round(circle[1]) - radius + i / side;
            boolean hole = shape == Shape.RING && Math.hypot(x - circle[0], y - circle[1]) < 0.58 * circle[2];
            if (inner.at(x, y) && !hole) {
                inside[i] = true;
                white[i] = whiteness(picture.at(x, y), colour);
                sum += white[i];
                count++;
            }
        }
        double mean = sum / count;
        if (mean < PLAIN) {
            return Texture.PLAIN;
        }
        double along = -1;
        for (int step = 0; step < 12; step++) {
            double angle = Math.PI * step / 12;
            double total = 0;
            int shifts = 0;
            for (int shift = 2; shift <= 0.6 * radius; shift++) {
                total += correlation(white, inside, side, mean, (int) Math.round(shift * Math.cos(angle)), (int)
                        Math.round(shift * Math.sin(angle)));
                shifts++;
            }
            along = Math.max(along, total / shifts);
        }
        if (along > STRIPED) {
            return Texture.STRIPED;
        }
        double opposite = 1;
        for (int shift = 2; shift <= 0.5 * radius; shift++) {
            opposite = Math.min(opposite, correlation(white, inside, side, mean, shift, 0));
            opposite = Math.min(opposite, correlation(white, inside, side, mean, 0, shift));
        }
        return opposite < CHECKERED ? Texture.CHECKERED : Texture.DOTTED;
    }

    /** How far a pixel is from a colour to white: 0 to 1. */
    private static double whiteness(double[] pixel, double[] colour) {
        double dot = 0;
        double length = 0;
        for (int c = 0; c < 3; c++) {
            dot += (pixel[c] - colour[c]) * (250 - colour[c]);
            length += (250 - colour[c]) * (250 - colour[c]);
        }
        return Math.max(0, Math.min(1, dot / length));
    }

    /** Of the white with itself, shifted. */
    private static double correlation(double[] white, boolean[] inside, int side, double mean, int dx, int dy) {
        double product = 0;
        double square = 1e-9;
        for (int i = 0; i < white.length; i++) {
            int x = i % side + dx;
            int y = i / side + dy;
            if (inside[i] && x >= 0 && x < side && y >= 0 && y < side && inside[y * side + x]) {
                double here = white[i] - mean;
                double there = white[y * side + x] - mean;
                product += here * there;
                square += (here * here + there * there) / 2;
            }
        }
        return product / square;
    }
}
