package io.triptych.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.triptych.decoder.LlamaConfig;
import io.triptych.decoder.LlamaDecoder;
import io.triptych.decoder.Precision;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class DrafterBenchTest {
    /** Two prompts at three temperatures by four drafters and their fusion; plain decoding beside itself proves nothing. */
    @Test
    void claimsEqualityOfWhatIsDraftedOnly() {
        LlamaConfig shape = new LlamaConfig(
                "llama", 40, 32, 64, 1, 1, 1, 32, 1e-5, 256, new double[16], false, false, false, -1, List.of());
        Model model = new Model("tiny", shape, RandomLlama.weights(1));
        Report report = new Report();
        try (LlamaDecoder target = model.load(Precision.FLOAT32);
                LlamaDecoder draftModel = model.load(Precision.FLOAT32)) {
            new DrafterBench(target, draftModel).run(List.of(new int[] {1, 2, 3}, new int[] {4, 5, 6}), report);
        }
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        report.print(new PrintStream(printed, true, StandardCharsets.UTF_8));

        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("30 of 30")
                .contains("| 1.0 | plain |");
    }
}
