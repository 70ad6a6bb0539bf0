package io.triptych.text.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopStringsTest {
    @Test
    void cutsExactlyBeforeTheStopString() {
        StopStrings stops = new StopStrings(List.of("\n\n"));
        assertThat(stops.accept("one\n")).isEqualTo("one");
        assertThat(stops.accept("two\n")).isEqualTo("\ntwo");
        assertThat(stops.stopped()).isFalse();
        assertThat(stops.accept("\nthree")).isEmpty();
        assertThat(stops.stopped()).isTrue();
        assertThat(stops.accept("more\n\n")).isEmpty();
        assertThat(stops.flush()).isEmpty();
    }

    @Test
    void returnsWhatItHeldBackAtTheEnd() {
        StopStrings stops = new StopStrings(List.of("</end>"));
        assertThat(stops.accept("a </en")).isEqualTo("a ");
        assertThat(stops.flush()).isEqualTo("</en");
        assertThat(stops.stopped()).isFalse();
    }

    @Test
    void passesEverythingOnWithoutStopStrings() {
        StopStrings stops = new StopStrings(List.of());
        assertThat(stops.accept("anything")).isEqualTo("anything");
        assertThat(stops.flush()).isEmpty();
    }

    @Test
    void finishesWithTheStopStringThatIsCompleteFirst() {
        assertThat(run(List.of("abcd", "c"), "xabcd")).isEqualTo("xab");
        assertThat(run(List.of("bc", "abc"), "xabcd")).as("the longer of two").isEqualTo("x");
    }

    @Test
    void refusesAnEmptyStopString() {
        assertThatThrownBy(() -> new StopStrings(List.of("a", ""))).isInstanceOf(IllegalArgumentException.class);
    }

    /** Against a search of the whole text, over an alphabet so small that every kind of overlap comes up. */
    @Test
    void agreesWithASearchOfTheWholeTextHoweverItIsCut() {
        Random random = new Random(7);
        int found = 0;
        for (int round = 0; round < 20_000; round++) {
            String text = random(random, random.nextInt(30));
            List<String> strings = random.ints(random.nextInt(1, 4), 1, 6)
                    .mapToObj(length -> random(random, length))
                    .toList();
            StopStrings stops = new StopStrings(strings);
            StringBuilder passed = new StringBuilder();
            int at = 0;
            while (at < text.length()) {
                int next = Math.min(text.length(), at + random.nextInt(4));
                passed.append(stops.accept(text.substring(at, next)));
                at = next;
                if (!stops.stopped()) {
                    assertThat(at - passed.length())
                            .as("held back after %s of %s for %s", text.substring(0, at), text, strings)
                            .isEqualTo(undecided(text.substring(0, at), strings));
                }
            }
            passed.append(stops.flush());
            String expected = search(text, strings);
            assertThat(passed.toString()).as("%s until %s", text, strings).isEqualTo(expected);
            assertThat(stops.stopped()).isEqualTo(strings.stream().anyMatch(text::contains));
            found += stops.stopped() ? 1 : 0;
        }
        assertThat(found).as("both outcomes come up").isBetween(2_000, 18_000);
    }

    private static String run(List<String> strings, String text) {
        StopStrings stops = new StopStrings(strings);
        return stops.accept(text) + stops.flush();
    }

    private static String random(Random random, int length) {
        return random.ints(length, 'a', 'd')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** The text before the match that ends first, and begins first among those. */
    private static String search(String text, List<String> strings) {
        int begin = text.length();
        int end = Integer.MAX_VALUE;
        for (String string : strings) {
            int index = text.indexOf(string);
            int indexEnd = index + string.length();
            if (index >= 0 && (indexEnd < end || (indexEnd == end && index < begin))) {
                begin = index;
                end = indexEnd;
            }
        }
        return text.substring(0, begin);
    }

    /** The length of the longest end of a text that begins a stop string. */
    private static int undecided(String text, List<String> strings) {
        int longest = 0;
        for (String string : strings) {
            for (int length = 1; length < string.length(); length++) {
                if (text.endsWith(string.substring(0, length))) {
                    longest = Math.max(longest, length);
                }
            }
        }
        return longest;
    }
}
