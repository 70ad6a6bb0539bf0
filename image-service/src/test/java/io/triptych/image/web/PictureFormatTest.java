package io.triptych.image.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.triptych.image.Picture;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PictureFormatTest {
    private static final int SIDE = 64;

    /** Red grows to the right, green downwards, and a blue checker lies over both. */
    private final Picture picture = picture();

    private static Picture picture() {
        byte[] rgb = new byte[3 * SIDE * SIDE];
        for (int i = 0; i < SIDE * SIDE; i++) {
            rgb[3 * i] = (byte) (4 * (i % SIDE));
            rgb[3 * i + 1] = (byte) (4 * (i / SIDE));
            rgb[3 * i + 2] = (byte) ((i / 16 + i / SIDE / 16) % 2 * 200);
        }
        return new Picture(SIDE, rgb);
    }

    @ParameterizedTest
    @EnumSource
    void writesThePicture(PictureFormat format) throws IOException {
        byte[] file = format.encode(picture, 100, Map.of());
        assertThat(difference(file)).isLessThan(format == PictureFormat.PNG ? 1e-9 : 6);
        String magic = new String(file, 0, 12, StandardCharsets.ISO_8859_1);
        switch (format) {
            case PNG -> assertThat(magic).startsWith("\u0089PNG");
            case JPEG -> assertThat(magic).startsWith("\u00ff\u00d8\u00ff");
            case WEBP -> assertThat(magic).startsWith("RIFF").endsWith("WEBP");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JPEG", "WEBP"})
    void losesMoreForASmallerFile(PictureFormat format) throws IOException {
        byte[] best = format.encode(picture, 100, Map.of());
        byte[] worse = format.encode(picture, 30, Map.of());
        byte[] worst = format.encode(picture, 0, Map.of());
        assertThat(worse.length).isLessThan(best.length).isGreaterThan(worst.length);
        assertThat(difference(worst)).isGreaterThan(difference(best));
    }

    @Test
    void keepsTextsOfAnyAlphabetInPng() {
        Map<String, String> texts = Map.of("prompt", "ein Kreis, 圆, \uD83D\uDD34", "seed", "7");
        byte[] file = PictureFormat.PNG.encode(picture, 100, texts);
        assertThat(PngTexts.of(file)).isEqualTo(texts);
        assertThat(PngTexts.of(PictureFormat.PNG.encode(picture, 100, Map.of())))
                .isEmpty();
    }

    /** The mean difference of a channel. */
    private double difference(byte[] file) throws IOException {
        BufferedImage read = ImageIO.read(new ByteArrayInputStream(file));
        assertThat(read.getWidth()).isEqualTo(SIDE);
        assertThat(read.getHeight()).isEqualTo(SIDE);
        double sum = 0;
        for (int i = 0; i < SIDE * SIDE; i++) {
            int rgb = read.getRGB(i % SIDE, i / SIDE);
            for (int channel = 0; channel < 3; channel++) {
                int was = picture.rgb()[3 * i + channel] & 0xff;
                sum += Math.abs((rgb >> (16 - 8 * channel) & 0xff) - was);
            }
        }
        return sum / (3 * SIDE * SIDE);
    }
}
