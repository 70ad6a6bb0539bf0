package io.triptych.bench.image;

import io.triptych.bench.image.Caption.Background;
import io.triptych.bench.image.Caption.Colour;
import io.triptych.bench.image.Caption.Thing;
import io.triptych.bench.image.Scene.Found;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sees what a picture of the captions' world shows, from its pixels alone: what differs from the background of its row
 * is foreground, what hangs together there is an object if it has colour, and its outline, filled, is its shape.
 */
final class SceneReader {
    /** Distance in colour from which a pixel is not background. */
    private static final double DIFFERENT = 40;

    /** Difference of the largest and the smallest of a pixel's red, green and blue from which it has colour. */
    private static final double COLOURED = 55;

    /** Smaller parts are stars or noise; a share of the picture. */
    private static final double SMALLEST = 0.0035;

    private final Picture picture;
    private final int width;
    private final int height;

    /** By row. */
    private final double[][] background;

    private final Background kind;

    private SceneReader(Picture picture) {
        this.picture = picture;
        width = picture.width();
        height = picture.height();
        background = backgroundRows();
        kind = kind();
    }

    static Scene read(Picture picture) {
        SceneReader reader = new SceneReader(picture);
        return new Scene(reader.kind, reader.objects());
    }

    /** Objects are whole and in the picture, so that the margins show the background. */
    private double[][] backgroundRows() {
        double[][] rows = new double[height][3];
        for (int y = 0; y < height; y++) {
            for (int c = 0; c < 3; c++) {
                double[] margin = new double[6];
                for (int i = 0; i < 3; i++) {
                    margin[i] = picture.at(i, y)[c];
                    margin[3 + i] = picture.at(width - 1 - i, y)[c];
                }
                Arrays.sort(margin);
                rows[y][c] = (margin[2] + margin[3]) / 2;
            }
        }
        return rows;
    }

    private Background kind() {
        double[] top = mean(0, height / 8);
        double[] bottom = mean(height - height / 8, height);
        if (Picture.distance(top, bottom) < 60) {
            double[] all = mean(0, height);
            if (largest(all) < 50 && largest(all) - smallest(all) < 25) {
                return all[2] - all[0] > 5 ? Background.NIGHT : Background.BLACK;
            }
            double[][] plain = {{245, 245, 245}, {150, 150, 150}, {25, 25, 25}, {225, 205, 170}, {30, 40, 85}};
            int best = 0;
            for (int i = 1; i < plain.length; i++) {
                best = Picture.distance(all, plain[i]) < Picture.distance(all, plain[best]) ? i : best;
            }
            return Background.values()[best];
        }
        return bottom[1] > bottom[0] + 20 && bottom[1] > bottom[2] + 30 ? Background.MEADOW : Background.SUNSET;
    }

    private double[] mean(int from, int to) {
        double[] sum = new double[3];
        for (int y = from; y < to; y++) {
            for (int c = 0; c < 3; c++) {
                sum[c] += background[y][c] / (to - from);
            }
        }
        return sum;
    }

    private List<Found> objects() {
        boolean[] foreground = new boolean[width * height];
        boolean[] coloured = new boolean[width * height];
        for (int i = 0; i < foreground.length; i++) {
            double[] pixel = picture.rgb()[i];
            coloured[i] = different(i) && largest(pixel) - smallest(pixel) > COLOURED;
            foreground[i] = kind == Background.NIGHT ? coloured[i] : different(i); // moon and stars have no colour
        }
        List<Found> objects = new ArrayList<>();
        for (Mask part : new Mask(width, height, foreground).parts()) {
            Mask colour = part.and(coloured);
            if (colour.count() > SMALLEST * width * height && colour.count() > 0.25 * part.count()) {
                objects.add(object(part.filled(), colour));
            }
        }
        return objects;
    }

    private Found object(Mask silhouette, Mask coloured) {
        double[] colour = typicalColour(coloured);
        double[] circle = silhouette.boundingCircle();
        Caption.Shape shape = Silhouettes.closest(silhouette);
        if (shape == Caption.Shape.CIRCLE && hollow(circle)) {
            shape = Caption.Shape.RING;
        }
        Caption.Texture texture = TextureReader.read(picture, silhouette, shape, circle, colour);
        return new Found(
                new Thing(null, texture, nearest(colour), shape),
                (circle[0] + 0.5) / width,
                (circle[1] + 0.5) / height,
                2 * circle[2] / width);
    }

    private boolean different(int pixel) {
        return Picture.distance(picture.rgb()[pixel], background[pixel / width]) > DIFFERENT;
    }

    /** Whether the middle of a disc, somewhat less than a ring's hole, shows the background. */
    private boolean hollow(double[] circle) {
        int inside = 0;
        int empty = 0;
        for (int i = 0; i < width * height; i++) {
            if (Math.hypot(i % width - circle[0], i / width - circle[1]) < 0.38 * circle[2]) {
                inside++;
                empty += different(i) ? 0 : 1;
            }
        }
        return empty > 0.8 * inside;
    }

    /** The medians of the more colourful half of some pixels. */
    private double[] typicalColour(Mask pixels) {
        double[] chroma = pixels.indices()
                .mapToDouble(i -> largest(picture.rgb()[i]) - smallest(picture.rgb()[i]))
                .sorted()
                .toArray();
        double threshold = chroma[chroma.length / 2];
        int[] pure = pixels.indices()
                .filter(i -> largest(picture.rgb()[i]) - smallest(picture.rgb()[i]) >= threshold)
                .toArray();
        double[] colour = new double[3];
        for (int c = 0; c < 3; c++) {
            int channel = c;
            double[] values = Arrays.stream(pure)
                    .mapToDouble(i -> picture.rgb()[i][channel])
                    .sorted()
                    .toArray();
            colour[c] = values[values.length / 2];
        }
        return colour;
    }

    private static Colour nearest(double[] rgb) {
        Colour best = Colour.RED;
        for (Colour colour : Colour.values()) {
            best = Picture.distance(rgb, colour.rgb) < Picture.distance(rgb, best.rgb) ? colour : best;
        }
        return best;
    }

    private static double largest(double[] pixel) {
        return Math.max(pixel[0], Math.max(pixel[1], pixel[2]));
    }

    private static double smallest(double[] pixel) {
        return Math.min(pixel[0], Math.min(pixel[1], pixel[2]));
    }
}
