package io.triptych.bench.image;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a caption of the language of {@code docs/captions.md} says.
 *
 * @param objects in the caption's order; a number of equal objects stands here as often as it says
 * @param equal whether the objects were said to be equal, by their number
 * @param place of the only object; null if nothing is said
 * @param relation of the first object to the second; null if nothing is said
 */
record Caption(List<Thing> objects, boolean equal, Place place, Relation relation, Background background) {

    /** One object. */
    record Thing(Size size, Texture texture, Colour colour, Shape shape) {}

    /** Small ends at 0.24 of the side, medium is 0.30 to 0.36, large begins at 0.44; with company all are smaller. */
    enum Size {
        SMALL,
        MEDIUM,
        LARGE;

        private static final double MEDIUM_FROM = 0.27;
        private static final double LARGE_FROM = 0.40;
        private static final double IN_COMPANY = 0.75;

        /**
         * @param diameter of a bounding circle, as a share of the side
         * @param objects in the picture
         */
        static Size of(double diameter, int objects) {
            double alone = diameter / (objects == 1 ? 1 : IN_COMPANY);
            return alone < MEDIUM_FROM ? SMALL : alone < LARGE_FROM ? MEDIUM : LARGE;
        }
    }

    enum Texture {
        PLAIN,
        STRIPED,
        DOTTED,
        CHECKERED
    }

    enum Colour {
        RED(215, 45, 45),
        ORANGE(240, 140, 35),
        YELLOW(245, 215, 60),
        GREEN(55, 160, 70),
        CYAN(60, 195, 205),
        BLUE(50, 90, 215),
        PURPLE(140, 70, 190),
        PINK(240, 130, 180);

        final double[] rgb;

        Colour(double... rgb) {
            this.rgb = rgb;
        }
    }

    enum Shape {
        CIRCLE,
        SQUARE,
        TRIANGLE,
        STAR,
        HEART,
        RING,
        DIAMOND,
        CROSS
    }

    /** Where the only object's centre is; x and y in 0..1. */
    enum Place {
        LEFT("on the left", 0.27, 0.5, 0.05, 0.08),
        RIGHT("on the right", 0.73, 0.5, 0.05, 0.08),
        TOP("at the top", 0.5, 0.27, 0.08, 0.05),
        BOTTOM("at the bottom", 0.5, 0.73, 0.08, 0.05),
        CENTER("in the center", 0.5, 0.5, 0.06, 0.06);

        final String words;
        final double x;
        final double y;
        final double reachX;
        final double reachY;

        Place(String words, double x, double y, double reachX, double reachY) {
            this.words = words;
            this.x = x;
            this.y = y;
            this.reachX = reachX;
            this.reachY = reachY;
        }
    }

    /** Where the first of two objects is from the second: the signs of the differences of their centres. */
    enum Relation {
        LEFT_OF("left of", -1, 0),
        RIGHT_OF("right of", 1, 0),
        ABOVE("above", 0, -1),
        BELOW("below", 0, 1);

        final String words;
        final int x;
        final int y;

        Relation(String words, int x, int y) {
            this.words = words;
            this.x = x;
            this.y = y;
        }
    }

    enum Background {
        WHITE("on a white background"),
        GRAY("on a gray background"),
        BLACK("on a black background"),
        BEIGE("on a beige background"),
        NAVY("on a navy background"),
        SUNSET("at sunset"),
        NIGHT("at night"),
        MEADOW("on a meadow");

        final String words;

        Background(String words) {
            this.words = words;
        }
    }

    private static final Pattern THING =
            Pattern.compile("(?:(an?|two|three|four) )?(?:(small|large) )?(?:(striped|dotted|checkered) )?"
                    + names(Colour.values()) + " " + names(Shape.values()) + "(s|es)?");

    /** @throws IllegalArgumentException if the text is not of the language */
    static Caption parse(String text) {
        String rest = text.strip();
        rest = rest.startsWith("a picture of ") ? rest.substring("a picture of ".length()) : rest;
        for (Background background : Background.values()) {
            if (rest.endsWith(" " + background.words)) {
                return scene(rest.substring(0, rest.length() - background.words.length() - 1), background);
            }
        }
        throw new IllegalArgumentException("no background in: " + text);
    }

    private static Caption scene(String scene, Background background) {
        for (Place place : Place.values()) {
            if (scene.endsWith(" " + place.words)) {
                String object = scene.substring(0, scene.length() - place.words.length() - 1);
                return new Caption(things(object), false, place, null, background);
            }
        }
        for (Relation relation : Relation.values()) {
            int at = scene.indexOf(" " + relation.words + " ");
            if (at >= 0) {
                List<Thing> both = new ArrayList<>(things(scene.substring(0, at)));
                both.addAll(things(scene.substring(at + relation.words.length() + 2)));
                return new Caption(both, false, null, relation, background);
            }
        }
        List<Thing> objects = new ArrayList<>();
        String[] parts = scene.split(", | and ");
        for (String part : parts) {
            objects.addAll(things(part));
        }
        return new Caption(objects, parts.length == 1, null, null, background);
    }

    private static List<Thing> things(String text) {
        Matcher matcher = THING.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("no object: " + text);
        }
        Thing thing = new Thing(
                matcher.group(2) == null ? Size.MEDIUM : value(Size.class, matcher.group(2)),
                matcher.group(3) == null ? Texture.PLAIN : value(Texture.class, matcher.group(3)),
                value(Colour.class, matcher.group(4)),
                value(Shape.class, matcher.group(5)));
        int number = List.of("", "", "two", "three", "four").indexOf(String.valueOf(matcher.group(1)));
        return Collections.nCopies(Math.max(1, number), thing);
    }

    private static <E extends Enum<E>> E value(Class<E> type, String word) {
        return Enum.valueOf(type, word.toUpperCase(Locale.ROOT));
    }

    private static String names(Enum<?>[] values) {
        List<String> names = new ArrayList<>();
        for (Enum<?> value : values) {
            names.add(value.name().toLowerCase(Locale.ROOT));
        }
        return "(" + String.join("|", names) + ")";
    }
}
