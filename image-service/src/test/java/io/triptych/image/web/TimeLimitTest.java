package io.triptych.image.web;

import io.triptych.image.ScriptedImages;
import io.triptych.openai.TimeLimitContract;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Import;

@WebMvcTest(properties = "triptych.image.longest-request=1s")
@Import({ScriptedImages.class, WebConfiguration.class})
class TimeLimitTest extends TimeLimitContract {
    private static final String WHOLE = "{\"prompt\": \"x\", \"speculation\": {\"mode\": \"off\"}}";

    TimeLimitTest() {
        super("/v1/images/generations", WHOLE, WHOLE.replace("{\"prompt\"", "{\"stream\": true, \"prompt\""), 1);
    }
}
