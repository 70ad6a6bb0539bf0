package io.triptych.image;

/** Turns codes into pixels. */
public interface PixelDecoder {
    /**
     * Decodes the picture as far as its codes go.
     *
     * @param codes of the grid's first rows, whole rows only
     * @return the rows of pixels that these rows of codes make: red, green and blue, pixel by pixel
     */
    byte[] decode(int[] codes);
}
