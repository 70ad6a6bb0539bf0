package io.triptych.text;

import io.triptych.serving.ServerContract;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Import;

@SpringBootTest(classes = ScriptedServerTest.Service.class, webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class ScriptedServerTest extends ServerContract {
    @EnableAutoConfiguration
    @Import(ScriptedText.class)
    @ComponentScan("io.triptych.text.web")
    static class Service {}

    private static final String STREAM = "{\"prompt\": [5], \"max_tokens\": 60, \"temperature\": 0, \"stream\": true, "
            + "\"speculation\": {\"mode\": \"off\"}}";

    ScriptedServerTest() {
        super("text", "/v1/completions", STREAM.replace("\"stream\": true", "\"stream\": false"), STREAM, 1);
    }

    @Override
    protected String firstOfStream() {
        return "data: {";
    }
}
