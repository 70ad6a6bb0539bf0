package io.triptych.image.web;

import static io.triptych.openai.ApiAnswers.body;
import static org.assertj.core.api.Assertions.assertThat;

import io.triptych.image.ScriptedImages;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

/** Behind a proxy, files have the URLs that the operator says. */
@WebMvcTest(properties = "triptych.image.public-address=https://pictures.example/triptych/")
@Import({ScriptedImages.class, WebConfiguration.class})
class PublicAddressTest {
    @Autowired
    private MockMvcTester http;

    @Test
    void leadsToTheAddressThatWasSetWhateverHeadersSay() {
        String url = body(http.post()
                        .uri("/v1/images/generations")
                        .header("Host", "forged.example")
                        .header("X-Forwarded-Host", "forged.example")
                        .header("X-Forwarded-Proto", "ftp")
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"prompt\": \"a red circle\", \"response_format\": \"url\"}")
                        .exchange()
                        .getResponse())
                .path("data")
                .path(0)
                .path("url")
                .stringValue();

        assertThat(url).matches("https://pictures\\.example/triptych/v1/images/files/[-0-9a-f]{36}\\.png");
    }
}
