package io.triptych.text;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The text service: {@code POST /v1/completions} and {@code POST /v1/chat/completions}, made fast by speculation. */
@SpringBootApplication(proxyBeanMethods = false)
public class TextServiceApplication {
    public static void main(String[] arguments) {
        SpringApplication.run(TextServiceApplication.class, arguments);
    }
}
