package io.triptych.bench.image;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * Pixels in rows from the top.
 *
 * @param rgb red, green and blue of every pixel, each 0..255
 */
record Picture(int width, int height, double[][] rgb) {

    /** @throws IOException if there is no picture that can be read */
    static Picture read(Path path) throws IOException {
        BufferedImage image = ImageIO.read(path.toFile());
        if (image == null) {
            throw new IOException("no picture: " + path);
        }
        double[][] rgb = new double[image.getWidth() * image.getHeight()][];
        for (int i = 0; i < rgb.length; i++) {
            int pixel = image.getRGB(i % image.getWidth(), i / image.getWidth());
            rgb[i] = new double[] {pixel >> 16 & 255, pixel >> 8 & 255, pixel & 255};
        }
        return new Picture(image.getWidth(), image.getHeight(), rgb);
    }

    /** @param bytes red, green and blue of every pixel, each an unsigned byte */
    static Picture of(byte[] bytes, int width) {
        double[][] rgb = new double[bytes.length / 3][3];
        for (int i = 0; i < bytes.length; i++) {
            rgb[i / 3][i % 3] = bytes[i] & 255;
        }
        return new Picture(width, rgb.length / width, rgb);
    }

    double[] at(int x, int y) {
        return rgb[y * width + x];
    }

    /** Euclidean distance of two colours. */
    static double distance(double[] a, double[] b) {
        double red = a[0] - b[0];
        double green = a[1] - b[1];
        double blue = a[2] - b[2];
        return Math.sqrt(red * red + green * green + blue * blue);
    }
}
