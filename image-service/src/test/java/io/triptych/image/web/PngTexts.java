package io.triptych.image.web;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads the {@code iTXt} chunks of a PNG file byte by byte, as its specification has them. */
public final class PngTexts {
    private static final int SIGNATURE = 8;

    private PngTexts() {}

    /** The texts by keyword, in their order. */
    public static Map<String, String> of(byte[] file) {
        Map<String, String> texts = new LinkedHashMap<>();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(file))) {
            in.skipNBytes(SIGNATURE);
            for (String type = ""; !type.equals("IEND"); ) {
                byte[] data = new byte[in.readInt()];
                type = new String(in.readNBytes(4), StandardCharsets.ISO_8859_1);
                in.readFully(data);
                in.readInt(); // checksum
                if (type.equals("iTXt")) {
                    // keyword, 0, compressed?, method, language, 0, translated keyword, 0, text
                    String[] parts = new String(data, StandardCharsets.UTF_8).split("\0", -1);
                    texts.put(parts[0], parts[parts.length - 1]);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return texts;
    }
}
