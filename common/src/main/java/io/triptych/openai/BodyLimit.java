package io.triptych.openai;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Type;
import java.time.Duration;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.servlet.mvc.method.annotation.RequestBodyAdviceAdapter;

/**
 * Reads every body whole before anything is made of it, and gives up on one that is too large, whether it said so before
 * or not, or that takes too long to come.
 */
@ControllerAdvice
final class BodyLimit extends RequestBodyAdviceAdapter {
    private static final int PIECE = 8192;

    private final long largest;
    private final Duration slowest;

    BodyLimit(ApiProperties properties) {
        this.largest = properties.largestBody().toBytes();
        this.slowest = properties.slowestBody();
    }

    @Override
    public boolean supports(MethodParameter parameter, Type type, Class<? extends HttpMessageConverter<?>> converter) {
        return true;
    }

    @Override
    public HttpInputMessage beforeBodyRead(
            HttpInputMessage message,
            MethodParameter parameter,
            Type type,
            Class<? extends HttpMessageConverter<?>> converter)
            throws IOException {
        requireSize(message.getHeaders().getContentLength());
        return new WholeBody(read(message.getBody()), message.getHeaders());
    }

    private byte[] read(InputStream body) throws IOException {
        Deadline deadline = Deadline.in(slowest);
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        byte[] piece = new byte[PIECE];
        for (int count = body.read(piece); count >= 0; count = body.read(piece)) {
            whole.write(piece, 0, count);
            requireSize(whole.size());
            if (deadline.passed()) {
                throw ApiException.tooSlow();
            }
        }
        return whole.toByteArray();
    }

    private void requireSize(long bytes) {
        if (bytes > largest) {
            throw ApiException.tooLarge(largest);
        }
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record WholeBody(byte[] bytes, HttpHeaders headers) implements HttpInputMessage {
        @Override
        public InputStream getBody() {
            return new ByteArrayInputStream(bytes);
        }

        @Override
        public HttpHeaders getHeaders() {
            return headers;
        }
    }
}
