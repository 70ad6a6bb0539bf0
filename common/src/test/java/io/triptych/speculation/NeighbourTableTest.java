package io.triptych.speculation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.triptych.sampling.Categorical;
import io.triptych.speculation.NeighbourTable.Template;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NeighbourTableTest {
    private static final int WIDTH = 3;
    private static final int VOCABULARY = 10;

    /** Left, above and beyond it to the right: 4 after (2, 1, 3), 5 after (2, 1, outside). */
    private static final Template LONG = new Template(
            new int[] {-1, 0, 1}, new int[] {0, -1, -1}, new int[] {2, 1, 3, 2, 1, -1}, new int[] {4, 5}, new int[] {
                204, 51
            });

    /** Left alone: 6 after 2, 7 outside. */
    private static final Template SHORT =
            new Template(new int[] {-1}, new int[] {0}, new int[] {2, -1}, new int[] {6, 7}, new int[] {255, 0});

    private final NeighbourTable table = new NeighbourTable(WIDTH, VOCABULARY, List.of(LONG, SHORT));

    /** A table over left and above that knows three of four fillings at random, and left alone of every other token. */
    static NeighbourTable random(int width, int vocabulary) {
        Random random = new Random(1);
        List<Template> templates = new ArrayList<>();
        for (int places = 2; places > 0; places--) {
            int fillings = places == 2 ? (vocabulary + 1) * (vocabulary + 1) : vocabulary + 1;
            List<int[]> known = new ArrayList<>();
            for (int filling = 0; filling < fillings; filling++) {
                if (places == 2 ? random.nextInt(4) > 0 : filling % 2 == 0) {
                    known.add(new int[] {filling % (vocabulary + 1) - 1, filling / (vocabulary + 1) - 1});
                }
            }
            int count = places;
            templates.add(new Template(
                    places == 2 ? new int[] {-1, 0} : new int[] {-1},
                    places == 2 ? new int[] {0, -1} : new int[] {0},
                    known.stream()
                            .flatMapToInt(f -> java.util.Arrays.stream(f, 0, count))
                            .toArray(),
                    random.ints(known.size(), 0, vocabulary).toArray(),
                    random.ints(known.size(), 0, NeighbourTable.SHARES + 1).toArray()));
        }
        return new NeighbourTable(width, vocabulary, templates);
    }

    @Test
    void theFirstTemplateThatKnowsSpeaks() {
        assertThat(guess(4, 1, 1, 3, 2)).isEqualTo(4);
        assertThat(guess(4, 1, 1, 0, 2)).as("unknown to the long one").isEqualTo(6);
        assertThat(guess(5, 0, 0, 1, 0, 2)).as("the right edge").isEqualTo(5);
        assertThat(guess(3, 9, 9, 2))
                .as("the left edge has nothing to its left")
                .isEqualTo(7);
    }

    @Test
    void whereNoTemplateKnowsTheRowAboveDoes() {
        assertThat(guess(4, 8, 8, 3, 9)).as("even above").isEqualTo(9);
        Categorical above = Categorical.ofLogits(new float[VOCABULARY], 1);
        assertThat(table.guess(4, known(above, 1, 2, 3, 9))).isSameAs(above);
        assertThat(table.reconsider(4, 2, above, known(above, 1, 2, 3, 9))).isEqualTo(WindowInitialiser.NONE);
    }

    @Test
    void saysHowCertainItIs() {
        assertThat(table.certainty(4, known(null, 1, 1, 3, 2))).isEqualTo(0.8);
        assertThat(table.certainty(5, known(null, 0, 0, 1, 0, 2))).isEqualTo(0.2);
        assertThat(table.certainty(3, known(null, 9, 9, 2))).isZero();
        assertThat(table.certainty(4, known(null, 8, 8, 3, 9))).isEqualTo(0.5);
    }

    @Test
    void reconsidersWithoutAskingTheRow() {
        Categorical row = Categorical.certain(3, VOCABULARY);
        assertThat(table.reconsider(4, 3, row, known(null, 1, 1, 3, 2))).isEqualTo(4);
    }

    @Test
    void findsEveryEntryOfALargeTable() {
        int entries = 20_000;
        int[] fillings = new int[2 * entries];
        int[] tokens = new int[entries];
        int[] shares = new int[entries];
        for (int i = 0; i < entries; i++) {
            fillings[2 * i] = i % 200;
            fillings[2 * i + 1] = i / 200;
            tokens[i] = (int) (i * 31L % NeighbourTable.MOST_TOKENS);
            shares[i] = i % (NeighbourTable.SHARES + 1);
        }
        Template template = new Template(new int[] {-1, 0}, new int[] {0, -1}, fillings, tokens, shares);
        NeighbourTable large = new NeighbourTable(WIDTH, NeighbourTable.MOST_TOKENS, List.of(template));
        for (int i = 0; i < entries; i++) {
            WindowInitialiser.Known known = known(null, 0, i / 200, 0, i % 200);
            assertThat(large.guess(4, known).certainToken()).isEqualTo(tokens[i]);
            assertThat(large.certainty(4, known)).isEqualTo(shares[i] / 255.0);
        }
        assertThat(large.reconsider(4, 0, null, known(null, 0, 0, 0, 200))).isEqualTo(WindowInitialiser.NONE);
    }

    @Test
    void refusesPlacesThatAreNotKnownYet() {
        for (int[] place : new int[][] {{0, 0}, {1, 0}, {-1, 1}}) {
            assertThatThrownBy(() -> new Template(
                            new int[] {place[0]}, new int[] {place[1]}, new int[0], new int[0], new int[0]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("not before the token");
        }
    }

    private int guess(int position, int... tokens) {
        return table.guess(position, known(null, tokens)).certainToken();
    }

    private static WindowInitialiser.Known known(Categorical distribution, int... tokens) {
        return new WindowInitialiser.Known() {
            @Override
            public int token(int position) {
                return tokens[position];
            }

            @Override
            public Categorical distribution(int position) {
                return distribution;
            }

            @Override
            public int vocabularySize() {
                return VOCABULARY;
            }
        };
    }
}
