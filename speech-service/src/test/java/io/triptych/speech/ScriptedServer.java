package io.triptych.speech;

import io.triptych.serving.ServerContract;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Import;

/** The server around the scripted target, for one way to stream. */
@SpringBootTest(classes = ScriptedServer.Service.class, webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
abstract class ScriptedServer extends ServerContract {
    @EnableAutoConfiguration
    @Import(ScriptedSpeech.class)
    @ComponentScan("io.triptych.speech.web")
    static class Service {}

    private static final String WHOLE =
            "{\"input\": \"hello world\", \"response_format\": \"wav\", \"speculation\": {\"mode\": \"off\"}}";
    private static final int FIRST_FRAMES = 3;

    ScriptedServer(String streamFormat) {
        super(
                "speech",
                "/v1/audio/speech",
                WHOLE,
                WHOLE.replace("{\"input", "{\"stream_format\": \"" + streamFormat + "\", \"input"),
                1);
    }

    @Override
    protected int passesToFirst() {
        return FIRST_FRAMES * ScriptedSpeech.CODEBOOKS;
    }
}
