package io.triptych.web.playground;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;
import tools.jackson.databind.json.JsonMapper;

/** Every page as the server writes it, with no service and no browser. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "triptych.gateway.text=http://127.0.0.1:1",
            "triptych.gateway.image=http://127.0.0.1:1",
            "triptych.gateway.speech=http://127.0.0.1:1"
        })
class PagesTest {
    @LocalServerPort
    private int port;

    @ParameterizedTest
    @ValueSource(strings = {"/", "/text", "/images", "/speech", "/figures", "/evidence"})
    void isThereAndLetsNothingForeignIn(String path) {
        page(path)
                .expectStatus()
                .isOk()
                .expectHeader()
                .contentTypeCompatibleWith(MediaType.TEXT_HTML)
                .expectHeader()
                .value("Content-Security-Policy", policy -> assertThat(policy)
                        .startsWith("default-src 'self';")
                        .contains("frame-ancestors 'none'")
                        .doesNotContain("unsafe", "*"))
                .expectHeader()
                .valueEquals("X-Content-Type-Options", "nosniff")
                .expectHeader()
                .valueEquals("Referrer-Policy", "no-referrer")
                .expectHeader()
                .valueEquals("Cross-Origin-Opener-Policy", "same-origin")
                .expectBody(String.class)
                .value(html -> assertThat(html)
                        .contains("<main id=\"content\"", "lang=\"en\"")
                        // Inline scripts and styles would be refused by the policy.
                        .doesNotContain("style=\"", "onclick", "<script>", "https://", "th:"));
    }

    @Test
    void hasItsOwnWordsForAPageThatIsNotThere() {
        page("/nowhere").expectStatus().isNotFound().expectBody(String.class).value(html -> assertThat(html)
                .contains("There is no such page"));
    }

    @Test
    void saysSoWhenTheBuildBroughtNoEvidence() throws Exception {
        ClassLoader nothing = new ClassLoader(null) {};
        ConformanceEvidence none =
                new ConformanceEvidence(new PathMatchingResourcePatternResolver(nothing), JsonMapper.shared());

        assertThat(none.rules()).isEmpty();
    }

    @Test
    void holdsRulesToTheirPromise() {
        assertThat(rule("exact", 2e-16, 0.2).holds()).isTrue();
        assertThat(rule("exact", 1e-6, 0.2).holds()).isFalse();
        assertThat(rule("exact", 2e-16, 0).controlFails()).isFalse();
        assertThat(rule("relaxed", 0.7, 0).lossless()).isFalse();
        assertThat(ProvenRule.readable(2.220446e-16)).isEqualTo("2.2e-16");
        assertThat(ProvenRule.readable(0.24156)).isEqualTo("0.242");
    }

    private static ProvenRule rule(String contract, double deviation, double control) {
        return new ProvenRule("a", contract, "", "3", "2", 1, deviation, "", control);
    }

    private WebTestClient.ResponseSpec page(String path) {
        return WebTestClient.bindToServer()
                .baseUrl("http://localhost:" + port)
                .build()
                .get()
                .uri(path)
                .accept(MediaType.TEXT_HTML)
                .exchange();
    }
}
