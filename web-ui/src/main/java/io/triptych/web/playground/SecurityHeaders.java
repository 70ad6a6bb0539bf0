package io.triptych.web.playground;

import java.util.List;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Lets pages load what this server has, and nothing else: what a model writes can never act in them. */
@Component
class SecurityHeaders implements WebFilter {
    private static final String POLICY = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
            + "style-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        HttpHeaders headers = exchange.getResponse().getHeaders();
        // At the end, because the services say the same of their answers, which must not be said twice. Their policy
        // stands: it forbids everything.
        exchange.getResponse()
                .beforeCommit(() -> Mono.fromRunnable(() -> {
                    headers.putIfAbsent("Content-Security-Policy", List.of(POLICY));
                    headers.set("X-Content-Type-Options", "nosniff");
                    headers.set("Referrer-Policy", "no-referrer");
                    headers.set("Cross-Origin-Opener-Policy", "same-origin");
                }));
        return chain.filter(exchange);
    }
}
