package io.triptych.image.vq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.checkpoint.SafeTensors;
import io.triptych.checkpoint.Tensor;
import io.triptych.decoder.JanusConfig;
import io.triptych.decoder.LlamaDecoder;
import io.triptych.decoder.LlamaWeights;
import io.triptych.decoder.Precision;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pixels beside those of {@code transformers}; {@code training/fixtures} made them. */
class VqDecoderTest {
    private static final Path FIXTURE =
            Path.of(System.getProperty("triptych.root", ".."), "common", "src", "test", "resources", "parity", "janus");

    private CheckpointDirectory checkpoint;
    private JanusConfig config;
    private VqDecoder decoder;

    @BeforeEach
    void load() {
        checkpoint = CheckpointDirectory.open(FIXTURE);
        config = JanusConfig.from(checkpoint);
        decoder = VqDecoder.load(config, checkpoint, Precision.FLOAT32);
    }

    @AfterEach
    void close() {
        decoder.close();
        checkpoint.close();
    }

    @Test
    void agreesWithTransformers() {
        try (SafeTensors file = SafeTensors.open(FIXTURE.resolve("expected.safetensors"))) {
            int[] codes = integers(file.tensors().get("codes"));
            float[] expected = floats(file.tensors().get("pixels"));
            float[] pixels = decoder.pixels(codes);
            assertThat(pixels).hasSize(3 * config.imageSide() * config.imageSide());
            for (int i = 0; i < pixels.length; i++) {
                assertThat(pixels[i]).isCloseTo(expected[i], within(1e-4f));
            }
            int[] rgb = integers(file.tensors().get("rgb"));
            byte[] bytes = decoder.decode(codes);
            int unequal = 0;
            for (int i = 0; i < bytes.length; i++) {
                // A value next to a whole number may fall on its other side.
                assertThat(bytes[i] & 0xff).isCloseTo(rgb[i], within(1));
                unequal += (bytes[i] & 0xff) == rgb[i] ? 0 : 1;
            }
            assertThat(unequal).isLessThan(3);
        }
    }

    /** In bfloat16 where the processor can, in float32 elsewhere. */
    @Test
    void inInt8ItPaintsAllButTheSame() {
        int[] codes = new int[config.imageTokens()];
        Arrays.setAll(codes, i -> 7 * i % config.vq().codes());
        float[] expected = decoder.pixels(codes);
        try (VqDecoder rounded = VqDecoder.load(config, checkpoint, Precision.INT8)) {
            float[] pixels = rounded.pixels(codes);
            double squares = 0;
            for (int i = 0; i < pixels.length; i++) {
                squares += Math.pow(pixels[i] - expected[i], 2);
            }
            assertThat(10 * Math.log10(4 * pixels.length / squares)).as("dB").isGreaterThan(35);
            assertThat(rounded.pixels(codes)).as("again").isEqualTo(pixels);
        }
    }

    @Test
    void decodesTheFirstRowsAlone() {
        int[] codes = new int[config.imageTokens()];
        Arrays.setAll(codes, i -> 7 * i % config.vq().codes());
        int[] firstRows = Arrays.copyOf(codes, 2 * config.gridSide());
        byte[] part = decoder.decode(firstRows);
        assertThat(part).hasSize(decoder.decode(codes).length / 2);
        codes[0]++;
        assertThat(decoder.decode(Arrays.copyOf(codes, firstRows.length))).isNotEqualTo(part);
        assertThat(decoder.decode(firstRows)).as("again").isEqualTo(part);
    }

    @Test
    void refusesWhatIsNoPicture() {
        for (int length : new int[] {0, 3, 5, 20}) {
            assertThatThrownBy(() -> decoder.decode(new int[length]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no whole rows");
        }
        for (int code : new int[] {-1, 64}) {
            assertThatThrownBy(() -> decoder.decode(new int[] {0, 1, 2, code}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("code " + code);
        }
    }

    @Test
    void everyTensorIsUsedOrKnownNotToBe() {
        assertThatThrownBy(() -> checkpoint.requireEveryTensorUsed(JanusConfig.UNUSED_PARTS))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("model.generation_");
        LlamaDecoder.load(config, LlamaWeights.of(checkpoint), Precision.INT8, 32)
                .close();
        checkpoint.requireEveryTensorUsed(JanusConfig.UNUSED_PARTS);
        assertThatThrownBy(checkpoint::requireEveryTensorUsed).hasMessageContaining("lm_head");
    }

    @Test
    void itsMemoryIsReckonedWith() {
        try (SafeTensors file = SafeTensors.open(FIXTURE.resolve("model.safetensors"))) {
            long parameters = file.tensors().values().stream()
                    .filter(tensor -> tensor.name().startsWith("model.vqmodel."))
                    .filter(tensor -> JanusConfig.UNUSED_PARTS.stream().noneMatch(tensor.name()::startsWith))
                    .mapToLong(Tensor::elements)
                    .sum();
            assertThat(config.memory(1, 32, 1).parts().get("picture decoder"))
                    .isBetween(Float.BYTES * parameters, 2 * Float.BYTES * parameters);
        }
    }

    private static float[] floats(Tensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.elements())];
        tensor.read(0, values, 0, values.length);
        return values;
    }

    private static int[] integers(Tensor tensor) {
        float[] values = floats(tensor);
        int[] integers = new int[values.length];
        Arrays.setAll(integers, i -> (int) values[i]);
        return integers;
    }
}
