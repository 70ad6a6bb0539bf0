package io.triptych.image.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.luciad.imageio.webp.WebPImageWriterSpi;
import io.triptych.image.Picture;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;

/** How a picture is written as a file. */
enum PictureFormat {
    /** Lossless; the only one that carries texts. */
    @JsonProperty("png")
    PNG,
    @JsonProperty("jpeg")
    JPEG,
    @JsonProperty("webp")
    WEBP;

    /** The name in requests and responses, and the ending of a file. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    String mediaType() {
        return "image/" + label();
    }

    /**
     * Writes a picture.
     *
     * @param quality from 0, the smallest file, to 100, the best picture; without effect on PNG
     * @param texts to be kept in a PNG file by keyword
     */
    byte[] encode(Picture picture, int quality, Map<String, String> texts) {
        try {
            return write(picture, quality, texts);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] write(Picture picture, int quality, Map<String, String> texts) throws IOException {
        ImageWriter writer = writer();
        ImageWriteParam parameters = writer.getDefaultWriteParam();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            IIOMetadata metadata = null;
            if (this == PNG) {
                metadata = writer.getDefaultImageMetadata(
                        ImageTypeSpecifier.createFromBufferedImageType(BufferedImage.TYPE_INT_RGB), parameters);
                metadata.mergeTree("javax_imageio_png_1.0", chunks(texts));
            } else {
                parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                parameters.setCompressionType(parameters.getCompressionTypes()[0]);
                parameters.setCompressionQuality(quality / 100f);
            }
            writer.setOutput(out);
            writer.write(null, new IIOImage(image(picture), null, metadata), parameters);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private ImageWriter writer() throws IOException {
        // Asked for by class: where libraries lie in a jar within a jar, the registry may have been made without them.
        return this == WEBP
                ? new WebPImageWriterSpi().createWriterInstance()
                : ImageIO.getImageWritersByFormatName(label()).next();
    }

    private static BufferedImage image(Picture picture) {
        int side = picture.side();
        byte[] rgb = picture.rgb();
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        for (int pixel = 0; pixel < side * side; pixel++) {
            int red = rgb[3 * pixel] & 0xff;
            int green = rgb[3 * pixel + 1] & 0xff;
            int blue = rgb[3 * pixel + 2] & 0xff;
            image.setRGB(pixel % side, pixel / side, red << 16 | green << 8 | blue);
        }
        return image;
    }

    /** Texts as {@code iTXt} chunks (PNG specification, third edition, 11.3.3.4), which take all of Unicode. */
    private static IIOMetadataNode chunks(Map<String, String> texts) {
        IIOMetadataNode chunks = new IIOMetadataNode("iTXt");
        texts.forEach((keyword, text) -> {
            IIOMetadataNode chunk = new IIOMetadataNode("iTXtEntry");
            chunk.setAttribute("keyword", keyword);
            chunk.setAttribute("compressionFlag", "FALSE");
            chunk.setAttribute("compressionMethod", "0");
            chunk.setAttribute("languageTag", "");
            chunk.setAttribute("translatedKeyword", "");
            chunk.setAttribute("text", text);
            chunks.appendChild(chunk);
        });
        IIOMetadataNode root = new IIOMetadataNode("javax_imageio_png_1.0");
        root.appendChild(chunks);
        return root;
    }
}
