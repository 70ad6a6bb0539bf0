package io.triptych.web.gateway;

import java.net.InetAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.stereotype.Component;

/** Tells whoever opens this program to a network that it passes keys on and checks none. */
@Component
class NetworkWarning implements ApplicationRunner {
    private static final Logger log = LoggerFactory.getLogger(NetworkWarning.class);

    private final InetAddress address;

    NetworkWarning(@Value("${server.address:0.0.0.0}") InetAddress address) {
        this.address = address;
    }

    @Override
    public void run(ApplicationArguments arguments) {
        if (!address.isLoopbackAddress()) {
            log.warn(
                    "listening on {}: whoever can reach it may use all services that have no API keys (see triptych.api.keys)",
                    address.getHostAddress());
        }
    }
}
