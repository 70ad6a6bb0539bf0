package io.triptych.text.draft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SuffixAutomatonTest {
    @Test
    void agreesWithBruteForceOnRandomTexts() {
        Random random = new Random(1);
        for (int round = 0; round < 60; round++) {
            int[] text = random.ints(40, 0, 1 + round % 5).toArray();
            SuffixAutomaton automaton = new SuffixAutomaton();
            for (int end = 1; end <= text.length; end++) {
                automaton.extend(text[end - 1]);
                checkRepeatedSuffix(automaton, text, end);
            }
            checkAllSubstrings(automaton, text);
            assertThat(automaton.states()).isLessThanOrEqualTo(2 * text.length);
        }
    }

    @Test
    void knowsNoOtherStrings() {
        Random random = new Random(2);
        int[] text = random.ints(60, 0, 3).toArray();
        SuffixAutomaton automaton = automaton(text);
        int absent = 0;
        for (int i = 0; i < 500; i++) {
            int[] other = random.ints(6, 0, 3).toArray();
            boolean held = occurrences(text, text.length, other, 0, other.length) > 0;
            assertThat(walk(automaton, other, 0, other.length) != SuffixAutomaton.NONE)
                    .isEqualTo(held);
            absent += held ? 0 : 1;
        }
        assertThat(absent).as("strings that are not in the text").isPositive();
    }

    @Test
    void listsEveryContinuationOnce() {
        SuffixAutomaton automaton = automaton(1, 2, 3, 1, 2, 4, 1, 2, 3);
        int state = walk(automaton, new int[] {1, 2}, 0, 2);
        int[] counts = new int[5];
        for (int e = automaton.firstEdge(state); e != SuffixAutomaton.NONE; e = automaton.nextEdge(e)) {
            counts[automaton.edgeToken(e)] += automaton.count(automaton.edgeTo(e));
        }
        assertThat(counts).containsExactly(0, 0, 0, 2, 1);
    }

    @Test
    void staysLinearOnOneTokenRepeated() {
        SuffixAutomaton automaton = new SuffixAutomaton();
        for (int i = 0; i < 100_000; i++) {
            automaton.extend(7);
        }
        assertThat(automaton.states()).isEqualTo(100_001);
        assertThat(automaton.length(automaton.repeatedSuffix())).isEqualTo(99_999);
    }

    private static void checkAllSubstrings(SuffixAutomaton automaton, int[] text) {
        for (int from = 0; from < text.length; from++) {
            for (int to = from + 1; to <= text.length; to++) {
                int state = walk(automaton, text, from, to);
                assertThat(state).isNotEqualTo(SuffixAutomaton.NONE);
                assertThat(automaton.count(state)).isEqualTo(occurrences(text, text.length, text, from, to));
                assertThat(automaton.length(state)).isGreaterThanOrEqualTo(to - from);
                assertThat(automaton.length(automaton.link(state))).isLessThan(to - from);
            }
        }
    }

    private static void checkRepeatedSuffix(SuffixAutomaton automaton, int[] text, int end) {
        int longest = 0;
        for (int length = 1; length < end; length++) {
            longest = occurrences(text, end, text, end - length, end) > 1 ? length : longest;
        }
        assertThat(automaton.length(automaton.repeatedSuffix())).isEqualTo(longest);
        assertThat(walk(automaton, text, end - longest, end)).isEqualTo(automaton.repeatedSuffix());
    }

    private static SuffixAutomaton automaton(int... text) {
        SuffixAutomaton automaton = new SuffixAutomaton();
        for (int token : text) {
            automaton.extend(token);
        }
        return automaton;
    }

    private static int walk(SuffixAutomaton automaton, int[] tokens, int from, int to) {
        int state = SuffixAutomaton.INITIAL;
        for (int i = from; i < to && state != SuffixAutomaton.NONE; i++) {
            state = automaton.next(state, tokens[i]);
        }
        return state;
    }

    private static int occurrences(int[] text, int end, int[] tokens, int from, int to) {
        int count = 0;
        for (int start = 0; start + to - from <= end; start++) {
            int i = 0;
            while (i < to - from && text[start + i] == tokens[from + i]) {
                i++;
            }
            count += i == to - from ? 1 : 0;
        }
        return count;
    }
}
