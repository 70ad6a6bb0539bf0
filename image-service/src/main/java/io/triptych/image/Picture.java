package io.triptych.image;

import java.util.Arrays;

/**
 * A square picture.
 *
 * @param side in pixels
 * @param rgb one byte per red, green and blue, pixel by pixel, row by row from the top
 */
public record Picture(int side, byte[] rgb) {
    private static final byte NEUTRAL = (byte) 128;

    public Picture {
        if (rgb.length != 3 * side * side) {
            throw new IllegalArgumentException(rgb.length + " bytes are no picture of " + side + " x " + side);
        }
    }

    /** A picture of which the first rows are known; the rest is gray. */
    static Picture begun(int side, byte[] rows) {
        byte[] rgb = Arrays.copyOf(rows, 3 * side * side);
        Arrays.fill(rgb, rows.length, rgb.length, NEUTRAL);
        return new Picture(side, rgb);
    }
}
