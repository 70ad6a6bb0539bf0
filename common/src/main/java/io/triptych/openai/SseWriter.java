package io.triptych.openai;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.springframework.http.MediaType;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes server-sent events (WHATWG HTML, section 9.2), each flushed at once. Everything throws an
 * {@link IOException} when the client is gone. Not thread-safe.
 */
public final class SseWriter {
    private final HttpServletResponse response;
    private final JsonMapper mapper;

    public SseWriter(HttpServletResponse response, JsonMapper mapper) {
        this.response = response;
        this.mapper = mapper;
    }

    /** Whether anything was sent, so that the status can no longer change. */
    public boolean started() {
        return response.isCommitted();
    }

    /** Sends one event whose data is a JSON object. */
    public void send(Object data) throws IOException {
        write("data: " + mapper.writeValueAsString(data) + "\n\n");
    }

    /** Sends one event of a type, whose data is a JSON object. */
    public void send(String type, Object data) throws IOException {
        write("event: " + type + "\ndata: " + mapper.writeValueAsString(data) + "\n\n");
    }

    /** Sends a comment, which clients ignore: it keeps proxies patient and finds out whether the client is there. */
    public void comment(String text) throws IOException {
        write(": " + text + "\n\n");
    }

    /** Sends the event that ends every stream of this API. */
    public void done() throws IOException {
        write("data: [DONE]\n\n");
    }

    private void write(String text) throws IOException {
        if (!started()) {
            response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
            response.setCharacterEncoding(StandardCharsets.UTF_8.name());
            response.setHeader("Cache-Control", "no-cache");
            // Tells proxies of the nginx family not to hold events back.
            response.setHeader("X-Accel-Buffering", "no");
        }
        ServletOutputStream out = response.getOutputStream();
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
