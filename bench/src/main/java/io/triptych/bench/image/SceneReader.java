package io.triptych.bench.image;

import io.triptych.bench.image.Caption.Background;
import io.triptych.bench.image.Caption.Colour;
import io.triptych.bench.image.Caption.Thing;
import io.triptych.bench.image.Scene.Found;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sees what a picture of the captions' world shows, from its pixels alone: what differs from the background of its row
 * is foreground, what hangs together there is an object if it has colour, and its outline, filled, is its shape.
 */
final class SceneReader {
    /** Distance in colour from which a pixel is not background. */
    private static final double DIFFERENT = 40;

    /** Difference of the largest and the smallest of a pixel's red, green and blue from which it has colour. */
    private static final double COLOURED = 55;

    /** How far white parts reach beyond coloured ones at night; in pixels. */
    private static final int NIGHT_REACH = 3;

    private static final double[] WHITE = {250, 250, 250};

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
            foreground[i] = different(i);
        }
        if (kind == Background.NIGHT) { // moon and stars have no colour, and stand apart from what has
            foreground = new Mask(width, height, coloured)
                    .grown(NIGHT_REACH, true)
                    .and(foreground)
                    .bits();
        }
        Map<Mask, Mask> colouredParts = new LinkedHashMap<>();
        for (Mask part : new Mask(width, height, foreground).parts()) {
            Mask colour = part.and(coloured);
            if (colour.count() > SMALLEST * width * height && colour.count() > 0.25 * part.count()) {
                colouredParts.put(part, colour);
            }
        }
        List<Found> objects = new ArrayList<>();
        colouredParts.forEach((part, colour) -> objects.add(object(part, colour, colouredParts.size())));
        return objects;
    }

    private Found object(Mask part, Mask coloured, int company) {
        double[] colour = typicalColour(coloured);
        Mask silhouette = sharpened(part, colour).filled();
        double[] circle = silhouette.boundingCircle();
        Caption.Shape shape = Silhouettes.closest(silhouette);
        Caption.Size size = Caption.Size.of(2 * circle[2] / width, company);
        if (shape == Caption.Shape.CIRCLE && hollow(circle, colour, size)) {
            shape = Caption.Shape.RING;
        }
        Caption.Texture texture = size == Caption.Size.SMALL // which is always plain
                ? Caption.Texture.PLAIN
                : TextureReader.read(picture, silhouette, shape, circle, colour);
        return new Found(
                new Thing(size, texture, nearest(colour), shape),
                (circle[0] + 0.5) / width,
                (circle[1] + 0.5) / height);
    }

    /** Without the blur around: what is nearer to the object than to the background; white parts are, but on white. */
    private Mask sharpened(Mask part, double[] colour) {
        boolean[] sharp = new boolean[width * height];
        part.indices().forEach(i -> {
            double[] behind = background[i / width];
            double contrast = Math.min(Picture.distance(colour, behind), Picture.distance(WHITE, behind));
            sharp[i] = Picture.distance(picture.rgb()[i], behind) > Math.max(DIFFERENT, 0.4 * contrast);
        });
        return new Mask(width, height, sharp);
    }

    private boolean different(int pixel) {
        return Picture.distance(picture.rgb()[pixel], background[pixel / width]) > DIFFERENT;
    }

    /** Whether the middle of a disc, somewhat less than a ring's hole, shows the background rather than the object. */
    private boolean hollow(double[] circle, double[] colour, Caption.Size size) {
        int inside = 0;
        int empty = 0;
        for (int i = 0; i < width * height; i++) {
            if (Math.hypot(i % width - circle[0], i / width - circle[1]) < 0.3 * circle[2]) {
                double[] behind = background[i / width];
                double away = Picture.distance(picture.rgb()[i], behind);
                boolean behindShows = away < 0.5 * Picture.distance(colour, behind)
                        && away <= Picture.distance(picture.rgb()[i], WHITE) + DIFFERENT;
                boolean blurred = size == Caption.Size.SMALL // and plain, so that only a hole can have another colour
                        && Picture.distance(picture.rgb()[i], colour) > 1.5 * DIFFERENT;
                inside++;
                empty += behindShows || blurred ? 1 : 0;
            }
        }
        return empty > 0.7 * inside;
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
