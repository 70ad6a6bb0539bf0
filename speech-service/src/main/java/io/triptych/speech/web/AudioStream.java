package io.triptych.speech.web;

import io.triptych.openai.ApiException;
import io.triptych.openai.ClientConnection;
import io.triptych.openai.StreamWriter;
import io.triptych.speech.SpeechEvent;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;

/** Writes speech as the bytes of a file, as they come. A file that is not complete ends in a broken connection. */
final class AudioStream implements StreamWriter<SpeechEvent> {
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final SpeechShape shape;
    private final Map<String, String> headers;

    /** @param headers to be sent before the first bytes */
    AudioStream(
            HttpServletRequest request, HttpServletResponse response, SpeechShape shape, Map<String, String> headers) {
        this.request = request;
        this.response = response;
        this.shape = shape;
        this.headers = headers;
    }

    @Override
    public boolean started() {
        return response.isCommitted();
    }

    @Override
    public void write(SpeechEvent event) throws IOException {
        if (!started()) {
            headers.forEach(response::setHeader);
        }
        response.getOutputStream().write(shape.bytes(event));
        response.flushBuffer();
    }

    @Override
    public void idle() throws IOException {
        if (ClientConnection.gone(request)) {
            throw new IOException("the client has closed the connection");
        }
    }

    @Override
    public void end() throws IOException {
        response.flushBuffer();
    }

    @Override
    public void fail(ApiException reason) {
        ClientConnection.cut(request);
    }
}
