package io.triptych.bench.image;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;

/** A set of a picture's pixels. */
record Mask(int width, int height, boolean[] bits) {
    /** Pixels no farther apart than this in x and y hang together: thin edges may have gaps. */
    private static final int REACH = 2;

    boolean at(int x, int y) {
        return x >= 0 && x < width && y >= 0 && y < height && bits[y * width + x];
    }

    int count() {
        return (int) indices().count();
    }

    IntStream indices() {
        return IntStream.range(0, bits.length).filter(i -> bits[i]);
    }

    Mask and(boolean[] other) {
        boolean[] both = new boolean[bits.length];
        indices().forEach(i -> both[i] = other[i]);
        return new Mask(width, height, both);
    }

    /** The parts that hang together. */
    List<Mask> parts() {
        boolean[] seen = new boolean[bits.length];
        List<Mask> parts = new ArrayList<>();
        indices().forEach(i -> {
            if (!seen[i]) {
                parts.add(new Mask(width, height, flood(i, REACH, true, seen)));
            }
        });
        return parts;
    }

    /** With all that it encloses, thin gaps in its edge being closed. */
    Mask filled() {
        Mask closed = grown(REACH / 2, true);
        boolean[] outside = new boolean[bits.length];
        for (int i = 0; i < bits.length; i++) {
            boolean margin = i % width == 0 || i % width == width - 1 || i / width == 0 || i / width == height - 1;
            if (margin && !closed.bits[i] && !outside[i]) {
                closed.flood(i, 1, false, outside);
            }
        }
        boolean[] inside = new boolean[bits.length];
        for (int i = 0; i < bits.length; i++) {
            inside[i] = !outside[i];
        }
        return new Mask(width, height, inside).grown(REACH / 2, false);
    }

    /** Grown by a number of pixels in every direction, or shrunk. */
    Mask grown(int by, boolean grow) {
        boolean[] result = new boolean[bits.length];
        for (int i = 0; i < bits.length; i++) {
            result[i] = !grow;
            for (int dy = -by; dy <= by; dy++) {
                for (int dx = -by; dx <= by; dx++) {
                    if (at(i % width + dx, i / width + dy) == grow) {
                        result[i] = grow;
                    }
                }
            }
        }
        return new Mask(width, height, result);
    }

    /** All pixels of one value that hang together with one of them. */
    private boolean[] flood(int start, int reach, boolean value, boolean[] seen) {
        boolean[] part = new boolean[bits.length];
        Deque<Integer> open = new ArrayDeque<>(List.of(start));
        seen[start] = true;
        while (!open.isEmpty()) {
            int i = open.pop();
            part[i] = true;
            for (int y = Math.max(0, i / width - reach); y <= Math.min(height - 1, i / width + reach); y++) {
                for (int x = Math.max(0, i % width - reach); x <= Math.min(width - 1, i % width + reach); x++) {
                    int next = y * width + x;
                    boolean beside = value || x == i % width || y == i / width;
                    if (bits[next] == value && !seen[next] && beside) {
                        seen[next] = true;
                        open.push(next);
                    }
                }
            }
        }
        return part;
    }

    /** The smallest circle around all pixels: x, y and radius (Badoiu and Clarkson, 2003). */
    double[] boundingCircle() {
        int[] pixels = indices().toArray();
        double x = width / 2.0;
        double y = height / 2.0;
        double radius = 0;
        for (int step = 1; step <= 500; step++) {
            radius = 0;
            double farX = x;
            double farY = y;
            for (int i : pixels) {
                double distance = Math.hypot(i % width - x, i / width - y);
                if (distance > radius) {
                    radius = distance;
                    farX = i % width;
                    farY = i / width;
                }
            }
            x += (farX - x) / (step + 1);
            y += (farY - y) / (step + 1);
        }
        return new double[] {x, y, radius + 0.5};
    }

    /** Left, top, right and bottom, the last two exclusive. */
    int[] box() {
        int[] box = {width, height, 0, 0};
        indices().forEach(i -> {
            box[0] = Math.min(box[0], i % width);
            box[1] = Math.min(box[1], i / width);
            box[2] = Math.max(box[2], i % width + 1);
            box[3] = Math.max(box[3], i / width + 1);
        });
        return box;
    }
}
