package io.triptych.web.gateway;

import java.net.URI;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the services are.
 *
 * @param text the text service's address, without a path
 * @param image the image service's
 * @param speech the speech service's
 * @param patience how long a service may take to tell its models or its health
 */
@ConfigurationProperties("triptych.gateway")
public record GatewayProperties(
        @DefaultValue("http://127.0.0.1:8081") URI text,
        @DefaultValue("http://127.0.0.1:8082") URI image,
        @DefaultValue("http://127.0.0.1:8083") URI speech,
        @DefaultValue("2s") Duration patience) {

    /** The address of a modality's service. */
    public URI address(Modality modality) {
        return switch (modality) {
            case TEXT -> text;
            case IMAGE -> image;
            case SPEECH -> speech;
        };
    }
}
