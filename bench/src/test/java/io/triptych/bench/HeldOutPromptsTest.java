package io.triptych.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.triptych.bench.HeldOutPrompts.HeldOutPrompt;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class HeldOutPromptsTest {
    @Test
    void areSixtyFourDifferentTexts() throws IOException {
        assertThat(HeldOutPrompts.all()).hasSize(64);
        assertThat(HeldOutPrompts.all()).extracting(HeldOutPrompt::id).doesNotHaveDuplicates();
        assertThat(HeldOutPrompts.all()).extracting(HeldOutPrompt::prompt).doesNotHaveDuplicates();
        assertThat(HeldOutPrompts.all())
                .allSatisfy(prompt -> assertThat(prompt.prompt()).hasSizeGreaterThan(100));
    }
}
