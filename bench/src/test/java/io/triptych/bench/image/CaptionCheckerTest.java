package io.triptych.bench.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.triptych.bench.image.CaptionChecker.Attribute;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Pictures that our renderer drew, against their captions and against captions that say one thing else. */
class CaptionCheckerTest {
    private static final Path PICTURES = Path.of("src", "test", "resources", "pictures");

    /** Words that say one kind of thing: one replaced by another makes a wrong caption. */
    private static final Map<Attribute, List<String>> WORDS = new EnumMap<>(Map.of(
            Attribute.NUMBER, List.of("two", "three", "four"),
            Attribute.SHAPE, List.of("circle", "square", "triangle", "star", "heart", "ring", "diamond"),
            Attribute.COLOUR, List.of("red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink"),
            Attribute.SIZE, List.of("small", "large"),
            Attribute.TEXTURE, List.of("striped", "dotted", "checkered"),
            Attribute.PLACE, List.of("on the left", "on the right", "at the top", "at the bottom", "in the center"),
            Attribute.RELATION, List.of("left of", "right of", "above", "below"),
            Attribute.BACKGROUND,
                    List.of(
                            "on a white background",
                            "on a gray background",
                            "on a black background",
                            "on a beige background",
                            "on a navy background",
                            "at sunset",
                            "at night",
                            "on a meadow")));

    @Test
    void picturesShowTheirCaptions() {
        captions().forEach((name, caption) -> assertThat(CaptionChecker.wrong(Caption.parse(caption), scene(name)))
                .as("%s: %s", name, caption)
                .isEmpty());
    }

    @Test
    void picturesDoNotShowOtherCaptions() {
        Map<Attribute, Integer> tried = new EnumMap<>(Attribute.class);
        captions().forEach((name, caption) -> {
            Scene scene = scene(name);
            WORDS.forEach((attribute, words) -> {
                for (String word : words) {
                    if (!caption.matches(".*\\b" + word + "(s|es)?\\b.*")) {
                        continue;
                    }
                    for (String other : words) {
                        if (!other.equals(word)) {
                            String changed = caption.replaceFirst("\\b" + word, other);
                            assertThat(CaptionChecker.wrong(Caption.parse(changed), scene))
                                    .as("%s: %s", name, changed)
                                    .contains(attribute);
                            tried.merge(attribute, 1, Integer::sum);
                        }
                    }
                }
            });
        });
        assertThat(tried).containsOnlyKeys(Attribute.values());
    }

    @Test
    void aPictureOfNothingShowsNothing() {
        double[][] gray = new double[128 * 128][];
        Arrays.fill(gray, new double[] {150, 150, 150});
        Scene scene = SceneReader.read(new Picture(128, 128, gray));
        assertThat(scene.objects()).isEmpty();
        assertThat(CaptionChecker.wrong(Caption.parse("a red star in the center on a gray background"), scene))
                .containsExactly(Attribute.NUMBER);
    }

    @Test
    void readsWhatACaptionSays() {
        Caption caption = Caption.parse("a picture of three small striped pink crosses on a meadow");
        assertThat(caption.objects())
                .hasSize(3)
                .allMatch(thing -> thing.shape() == Caption.Shape.CROSS
                        && thing.size() == Caption.Size.SMALL
                        && thing.texture() == Caption.Texture.STRIPED
                        && thing.colour() == Caption.Colour.PINK);
        assertThat(caption.background()).isEqualTo(Caption.Background.MEADOW);
        assertThat(Caption.parse("a red ring, a blue star and an orange heart at night")
                        .objects())
                .extracting(Caption.Thing::shape)
                .containsExactly(Caption.Shape.RING, Caption.Shape.STAR, Caption.Shape.HEART);
        assertThat(Caption.parse("a red ring below a blue star at sunset").relation())
                .isEqualTo(Caption.Relation.BELOW);
        assertThat(Caption.parse("a large red ring at the top on a navy background")
                        .place())
                .isEqualTo(Caption.Place.TOP);
    }

    @Test
    void refusesOtherEnglish() {
        assertThatThrownBy(() -> Caption.parse("a dog on a meadow")).hasMessageContaining("a dog");
        assertThatThrownBy(() -> Caption.parse("a red star")).hasMessageContaining("no background");
    }

    private static Map<String, String> captions() {
        return JsonMapper.shared()
                .readValue(PICTURES.resolve("captions.json").toFile(), new TypeReference<TreeMap<String, String>>() {});
    }

    private static Scene scene(String name) {
        try {
            return SceneReader.read(Picture.read(PICTURES.resolve(name + ".png")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
