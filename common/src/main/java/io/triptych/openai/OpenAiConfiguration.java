package io.triptych.openai;

import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** What a service imports to speak this API: strict requests, the one shape of errors, and the list of its model. */
@Configuration(proxyBeanMethods = false)
@Import({ApiErrors.class, ErrorPage.class, ModelController.class, ValidRequests.class})
public class OpenAiConfiguration {
    @Bean
    RequestJson requestJson() {
        return new RequestJson();
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> connectionKeeper() {
        return factory -> factory.addContextValves(new ClientConnection.Keeper());
    }
}
