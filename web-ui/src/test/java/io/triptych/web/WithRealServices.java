package io.triptych.web;

import io.triptych.web.gateway.Modality;
import org.junit.jupiter.api.condition.EnabledIf;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** This program before the real services. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
@EnabledIf(value = "io.triptych.web.RealServices#areBuilt", disabledReason = "the services are not built")
public abstract class WithRealServices {
    @LocalServerPort
    private int port;

    @DynamicPropertySource
    static void addresses(DynamicPropertyRegistry properties) {
        for (Modality modality : Modality.values()) {
            properties.add("triptych.gateway." + modality.label(), () -> RealServices.address(modality));
        }
    }

    /** The address of a path here. */
    protected String url(String path) {
        return "http://localhost:" + port + path;
    }
}
