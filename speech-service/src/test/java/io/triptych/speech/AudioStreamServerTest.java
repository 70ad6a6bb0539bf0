package io.triptych.speech;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.triptych.speculation.ScriptedTarget;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

class AudioStreamServerTest extends ScriptedServer {
    @LocalServerPort
    private int port;

    @Autowired
    private ScriptedTarget target;

    AudioStreamServerTest() {
        super("audio");
    }

    @Override
    protected String firstOfStream() {
        return "RIFF";
    }

    @Override
    protected String streamType() {
        return "audio/wav";
    }

    /** There is no place for an error behind the first bytes of a file; but its client must not take it for whole. */
    @Test
    void aStreamThatFailsBreaksOff() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/v1/audio/speech"))
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + KEY)
                .POST(HttpRequest.BodyPublishers.ofString("""
                        {"input": "hello world", "response_format": "wav", "stream_format": "audio", "speculation": {"mode": "off"}}"""))
                .build();
        target.allow(passesToFirst());
        HttpResponse<InputStream> response = HttpClient.newHttpClient().send(request, BodyHandlers.ofInputStream());
        assertThat(response.statusCode()).isEqualTo(200);
        try (InputStream body = response.body()) {
            assertThat(body.readNBytes(44)).startsWith('R', 'I', 'F', 'F');
            target.say(new int[0], 1);
            target.release();
            assertThatThrownBy(body::readAllBytes).isInstanceOf(IOException.class);
        } finally {
            target.say(ScriptedSpeech.script(), 40);
        }
    }
}
