package io.triptych.openai;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.web.filter.OncePerRequestFilter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Lets requests in that have a key, if the service has any, and of one key only so many at the same time. What is not
 * declared {@linkplain OpenPath open} needs a key, whether it exists or not.
 */
final class KeyFilter extends OncePerRequestFilter {
    private final ApiKeys keys;
    private final List<OpenPath> open;
    private final BodyLimit bodies;
    private final JsonMapper mapper;

    KeyFilter(ApiKeys keys, List<OpenPath> open, BodyLimit bodies, JsonMapper mapper) {
        this.keys = keys;
        this.open = open;
        this.bodies = bodies;
        this.mapper = mapper;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        // The path as the server has resolved it: decoded, and without what leads up and back again.
        return !keys.required() || open.stream().anyMatch(path -> path.holds(request.getServletPath()));
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Optional<Semaphore> places = keys.places(request.getHeader("Authorization"));
        if (places.isEmpty()) {
            refuse(request, response, ApiException.unknownKey());
        } else if (!request.getMethod().equals(HttpMethod.POST.name())) {
            // Reading models or metrics is done at once and takes no place from what generates.
            chain.doFilter(request, response);
        } else if (places.get().tryAcquire()) {
            try {
                chain.doFilter(request, response);
            } finally {
                places.get().release();
            }
        } else {
            refuse(request, response, ApiException.tooManyOfKey());
        }
    }

    private void refuse(HttpServletRequest request, HttpServletResponse response, ApiException e) throws IOException {
        bodies.discard(request.getInputStream());
        response.setStatus(e.status());
        e.headers().forEach(response::setHeader);
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.getOutputStream().write(mapper.writeValueAsBytes(e.error()));
    }
}
