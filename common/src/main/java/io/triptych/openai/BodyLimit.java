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
 * or not, or that takes too long to come. One that is not much too large is read to its end even so: most clients that
 * still send do not hear an answer, and see a broken connection instead.
 */
@ControllerAdvice
final class BodyLimit extends RequestBodyAdviceAdapter {
    private static final int PIECE = 8192;

    /** Times the largest body: from here on nothing more is read. */
    private static final int FAR_TOO_LARGE = 16;

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
        if (message.getHeaders().getContentLength() > FAR_TOO_LARGE * largest) {
            throw ApiException.tooLarge(largest);
        }
        return new WholeBody(read(message.getBody()), message.getHeaders());
    }

    private byte[] read(InputStream body) throws IOException {
        Deadline deadline = Deadline.in(slowest);
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        byte[] piece = new byte[PIECE];
        long size = 0;
        for (int count = body.read(piece); count >= 0; count = body.read(piece)) {
            size += count;
            if (size <= largest) {
                whole.write(piece, 0, count);
            }
            if (size > FAR_TOO_LARGE * largest) {
                break;
            }
            if (deadline.passed()) {
                throw ApiException.tooSlow();
            }
        }
        if (size > largest) {
            throw ApiException.tooLarge(largest);
        }
        return whole.toByteArray();
    }

    /** Reads the body of a request that is refused whatever it says, within the same limits. */
    void discard(InputStream body) throws IOException {
        try {
            read(body);
        } catch (ApiException enough) {
            // The client hears why the request is refused, or else that it took too long.
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
