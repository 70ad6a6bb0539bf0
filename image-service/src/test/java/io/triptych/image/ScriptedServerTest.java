package io.triptych.image;

import io.triptych.serving.ServerContract;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Import;

@SpringBootTest(classes = ScriptedServerTest.Service.class, webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class ScriptedServerTest extends ServerContract {
    @EnableAutoConfiguration
    @Import(ScriptedImages.class)
    @ComponentScan("io.triptych.image.web")
    static class Service {}

    private static final String WHOLE = "{\"prompt\": \"x\", \"speculation\": {\"mode\": \"off\"}}";

    /** A guided image takes two sessions. */
    ScriptedServerTest() {
        super("image", "/v1/images/generations", WHOLE, WHOLE.replace("{\"prompt", "{\"stream\": true, \"prompt"), 2);
    }

    @Override
    protected String firstOfStream() {
        return ": image 0: 1 of 64 tokens";
    }
}
