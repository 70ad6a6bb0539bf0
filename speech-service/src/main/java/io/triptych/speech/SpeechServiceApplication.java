package io.triptych.speech;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The speech service: {@code POST /v1/audio/speech}, made fast by codebook-grouped speculation. */
@SpringBootApplication(proxyBeanMethods = false)
public class SpeechServiceApplication {
    public static void main(String[] arguments) {
        SpringApplication.run(SpeechServiceApplication.class, arguments);
    }
}
