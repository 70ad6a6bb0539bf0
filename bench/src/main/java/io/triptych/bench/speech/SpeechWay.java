package io.triptych.bench.speech;

import io.triptych.openai.SpeculationRequest;
import io.triptych.openai.SpeculationRequest.Mode;
import java.util.List;

/**
 * A way to make the codes of speech.
 *
 * @param drafter null for plain decoding
 */
record SpeechWay(Mode mode, String drafter) {
    static final SpeechWay PLAIN = new SpeechWay(Mode.OFF, null);

    String name() {
        return drafter == null ? "plain" : mode.contract().label() + ", " + drafter;
    }

    /** @param largest the size of every group; null for sizes that pay */
    SpeculationRequest request(Integer largest) {
        return new SpeculationRequest(mode, drafter == null ? null : List.of(drafter), largest, null);
    }
}
