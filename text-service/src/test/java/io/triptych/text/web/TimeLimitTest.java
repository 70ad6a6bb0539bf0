package io.triptych.text.web;

import io.triptych.openai.TimeLimitContract;
import io.triptych.text.ScriptedText;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Import;

@WebMvcTest(properties = "triptych.text.longest-request=1s")
@Import({ScriptedText.class, WebConfiguration.class})
class TimeLimitTest extends TimeLimitContract {
    private static final String WHOLE = "{\"prompt\": [5], \"max_tokens\": 60, \"speculation\": {\"mode\": \"off\"}}";

    TimeLimitTest() {
        super("/v1/completions", WHOLE, WHOLE.replace("{\"prompt\"", "{\"stream\": true, \"prompt\""), 1);
    }
}
