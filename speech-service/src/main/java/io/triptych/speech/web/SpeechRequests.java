package io.triptych.speech.web;

import io.triptych.openai.ApiException;
import io.triptych.openai.Seeds;
import io.triptych.openai.SpeculationRequest;
import io.triptych.speech.SpeechModel;
import io.triptych.speech.SpeechRequest;
import io.triptych.speech.audio.AudioFormat;
import io.triptych.speech.text.SpeechText.Reading;
import io.triptych.speech.text.SpeechText.Utterance;
import io.triptych.speech.web.SpeechParameters.StreamFormat;
import java.util.List;

/** Turns what clients ask for into what the engine needs to know, or refuses it before any work is done. */
final class SpeechRequests {
    /** Characters of the input, as in the OpenAI API. */
    private static final int LONGEST_INPUT = 4096;

    private final SpeechModel model;
    private final double longestSeconds;

    /** @param longestSeconds the most that one request may be expected to take to say */
    SpeechRequests(SpeechModel model, double longestSeconds) {
        this.model = model;
        this.longestSeconds = longestSeconds;
    }

    SpeechRequest of(SpeechParameters asked) {
        model.card().require(asked.model());
        requireFormat(asked.responseFormat());
        String voice = voice(asked.voice());
        requireSpeculation(asked);
        Reading reading = reading(asked.input());
        return new SpeechRequest(
                model.lines(reading.utterances(), voice),
                reading.dropped(),
                model.sampling().with(asked.temperature(), asked.topK(), asked.minP(), asked.topP()),
                Seeds.orDrawn(asked.seed()),
                asked.speculation());
    }

    private void requireFormat(AudioFormat format) {
        if (!format.takes(model.sampleRate())) {
            throw ApiException.invalid(
                    "response_format",
                    "there are no " + format.label() + " files of " + model.sampleRate() + " samples a second");
        }
    }

    private String voice(String name) {
        List<String> voices = model.voices();
        if (name == null) {
            return voices.get(0);
        }
        if (!voices.contains(name)) {
            throw ApiException.invalid("voice", "there is no voice '" + name + "'; there are " + voices);
        }
        return name;
    }

    private Reading reading(String input) {
        int characters = input.codePointCount(0, input.length());
        if (characters > LONGEST_INPUT) {
            throw ApiException.invalid(
                    "input", "input may have at most " + LONGEST_INPUT + " characters, but has " + characters);
        }
        Reading reading = model.text().read(input);
        if (reading.utterances().isEmpty()) {
            throw ApiException.invalid("input", "input has nothing in it that can be said");
        }
        double seconds =
                reading.utterances().stream().mapToDouble(Utterance::seconds).sum();
        if (seconds > longestSeconds) {
            throw ApiException.invalid(
                    "input",
                    "input would take about " + Math.round(seconds) + " seconds to say; the most is "
                            + Math.round(longestSeconds));
        }
        return reading;
    }

    private void requireSpeculation(SpeechParameters asked) {
        SpeculationRequest speculation = asked.speculation();
        List<String> drafters = speculation.drafters();
        if (drafters.size() > 1) {
            throw ApiException.invalid("speculation.drafters", "speech has one drafter; name one");
        }
        if (!model.drafters().containsAll(drafters)) {
            throw ApiException.invalid(
                    "speculation.drafters",
                    "there is no drafter '" + drafters.get(0) + "'; there are " + model.drafters());
        }
        if (speculation.trace() && asked.streamFormat() != StreamFormat.SSE) {
            throw ApiException.invalid("speculation.trace", "speculation.trace needs stream_format to be sse");
        }
    }
}
