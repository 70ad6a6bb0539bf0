package io.triptych.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OptionsTest {
    @Test
    void runsEverythingByDefault() {
        Options options = Options.parse();

        assertThat(Options.SECTIONS).allMatch(options::runs);
        assertThat(options.prompts()).isEqualTo(64);
        assertThat(options.models()).isEqualTo(Path.of("models"));
    }

    @Test
    void readsEveryOption() {
        Options options = Options.parse(
                "--prompts", "8", "--sentences", "9", "--only", "cost,bits", "--repeats", "2", "--models", "m");

        assertThat(options.runs("bits")).isTrue();
        assertThat(options.runs("drafters")).isFalse();
        assertThat(options.prompts()).isEqualTo(8);
        assertThat(options.sentences()).isEqualTo(9);
        assertThat(options.repeats()).isEqualTo(2);
        assertThat(options.models()).isEqualTo(Path.of("m"));
    }

    @Test
    void loadsTheSharedTextModelsForTheirSectionsOnly() {
        assertThat(Options.parse("--only", "cost").runsText()).isTrue();
        assertThat(Options.parse("--only", "load,speech,soak").runsText()).isFalse();
    }

    @Test
    void namesWhatIsWrong() {
        refuses("nonsense", "--only", "nonsense");
        refuses("--prompts", "--prompts");
        refuses("--prompts", "--prompts", "0");
        refuses("many", "--repeats", "many");
        refuses("--fast", "--fast");
    }

    private static void refuses(String named, String... arguments) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Options.parse(arguments))
                .withMessageContaining(named);
    }
}
