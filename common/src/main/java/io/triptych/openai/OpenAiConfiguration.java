package io.triptych.openai;

import jakarta.servlet.Filter;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a service imports to speak this API: who may ask, strict requests and their limits, the one shape of errors, and the
 * list of its model.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ApiProperties.class)
@Import({ApiErrors.class, BodyLimit.class, ErrorPage.class, ModelController.class, ValidRequests.class})
public class OpenAiConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger(OpenAiConfiguration.class);

    @Bean
    ApiKeys apiKeys(
            ApiProperties properties,
            @Value("${triptych.root:.}") String root,
            @Value("${server.address:0.0.0.0}") InetAddress address) {
        ApiKeys keys = ApiKeys.of(properties, Path.of(root).toAbsolutePath().normalize());
        if (!keys.required() && !address.isLoopbackAddress()) {
            LOG.warn(
                    "listening on {} without API keys: whoever can reach it may use it (see triptych.api.keys)",
                    address.getHostAddress());
        }
        return keys;
    }

    /** What asks whether the service is well has no key. */
    @Bean
    OpenPath health() {
        return new OpenPath("/actuator/health");
    }

    @Bean
    FilterRegistrationBean<SecurityHeaders> securityHeaders() {
        return first(new SecurityHeaders(), 0);
    }

    /** Behind what counts requests, so that refused ones are counted too. */
    @Bean
    FilterRegistrationBean<KeyFilter> keyFilter(
            ApiKeys keys, List<OpenPath> open, BodyLimit bodies, JsonMapper mapper) {
        return first(new KeyFilter(keys, open, bodies, mapper), 10);
    }

    private static <F extends Filter> FilterRegistrationBean<F> first(F filter, int place) {
        FilterRegistrationBean<F> registration = new FilterRegistrationBean<>(filter);
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE + place);
        return registration;
    }

    @Bean
    RequestJson requestJson() {
        return new RequestJson();
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> connectionKeeper() {
        return factory -> factory.addContextValves(new ClientConnection.Keeper());
    }
}
