package io.triptych.speech;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.openai.Models;
import io.triptych.speech.codec.CodecConfig;
import io.triptych.speech.text.SpeechText.Utterance;
import io.triptych.tokenizer.Tokenizer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpeechModelTest {
    private static SpeechModel model(CheckpointDirectory checkpoint, Tokenizer tokenizer, int capacity) {
        SpeechProperties properties = new SpeechProperties(
                "speech", checkpoint.path().toString(), "int8", capacity, 1, 0.2, 1, 1, Duration.ofSeconds(1));
        return new SpeechConfiguration(properties).speechModel(new Models.Model("speech", 1), checkpoint, tokenizer);
    }

    @Test
    void theLeastCapacityHoldsTheLongestLinesAndLessIsRefusedAtStart() {
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(ScriptedSpeech.tinyCheckpoint());
                Tokenizer tokenizer = Tokenizer.of(checkpoint)) {
            int least = SpeechModel.leastCapacity(CodecConfig.from(checkpoint));
            SpeechModel model = model(checkpoint, tokenizer, least);
            double framesPerSecond = (double) model.sampleRate() / model.samplesPerFrame();
            for (String text : List.of("a ".repeat(2000), "hello ".repeat(500), "x".repeat(2000), "a, ".repeat(1000))) {
                List<Utterance> utterances = model.text().read(text).utterances();
                List<SpeechRequest.Line> lines = model.lines(utterances, "ada");
                for (int i = 0; i < lines.size(); i++) {
                    SpeechRequest.Line line = lines.get(i);
                    assertThat(line.prompt().length + line.maximumFrames()).isLessThanOrEqualTo(least);
                    assertThat((double) line.maximumFrames())
                            .isGreaterThanOrEqualTo(
                                    framesPerSecond * utterances.get(i).seconds());
                }
            }

            assertThatThrownBy(() -> model(checkpoint, tokenizer, least - 1))
                    .hasMessageContaining("triptych.speech.capacity")
                    .hasMessageContaining(Integer.toString(least));
        }
    }
}
