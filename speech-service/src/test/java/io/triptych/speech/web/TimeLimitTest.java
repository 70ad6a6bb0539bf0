package io.triptych.speech.web;

import io.triptych.openai.TimeLimitContract;
import io.triptych.speech.ScriptedSpeech;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Import;

@WebMvcTest(properties = "triptych.speech.longest-request=1s")
@Import({ScriptedSpeech.class, WebConfiguration.class})
class TimeLimitTest extends TimeLimitContract {
    private static final String WHOLE =
            "{\"input\": \"hello world\", \"response_format\": \"wav\", \"speculation\": {\"mode\": \"off\"}}";

    TimeLimitTest() {
        super(
                "/v1/audio/speech",
                WHOLE,
                WHOLE.replace("{\"input\"", "{\"stream_format\": \"sse\", \"input\""),
                3 * ScriptedSpeech.CODEBOOKS);
    }
}
