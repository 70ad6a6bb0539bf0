package io.triptych.image;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The image service: {@code POST /v1/images/generations}, made fast by speculative Jacobi decoding. */
@SpringBootApplication(proxyBeanMethods = false)
public class ImageServiceApplication {
    public static void main(String[] arguments) {
        SpringApplication.run(ImageServiceApplication.class, arguments);
    }
}
