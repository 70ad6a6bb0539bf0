package io.triptych.web.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.triptych.web.RealServices;
import io.triptych.web.WithRealServices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The official client for Node through the gateway to the real services: {@code src/test/node/openai.mjs}. Left out where
 * there is no npm, or it cannot fetch the client.
 */
class OpenAiNodeClientTest extends WithRealServices {
    private static final String CLIENT = "openai@7.57.0";

    @Test
    void completesDrawsAndSpeaks() throws Exception {
        Path folder = Files.createDirectories(Path.of("target/node"));
        if (!succeeds(folder.resolve("npm.log"), List.of("npm", "install", "--no-audit", "--prefix", ".", CLIENT))) {
            abort("no npm, or it cannot fetch " + CLIENT + ": the test of the client for Node is left out");
        }
        Files.copy(
                Path.of("src/test/node/openai.mjs"), folder.resolve("openai.mjs"), StandardCopyOption.REPLACE_EXISTING);
        Path answers = folder.resolve("answers.json");
        boolean speaks = RealServices.isBuilt(Modality.SPEECH);

        assertThat(succeeds(
                        answers, List.of("node", "openai.mjs", url("/v1"), RealServices.KEY, String.valueOf(speaks))))
                .as(() -> "node wrote " + answers.toAbsolutePath() + " and .errors")
                .isTrue();

        JsonNode got = JsonMapper.shared().readTree(answers.toFile());
        assertThat(got.path("models").valueStream().map(JsonNode::asString))
                .contains("triptych-text", "triptych-image");
        assertThat(got.path("streamed").asString())
                .isEqualTo(got.path("whole").asString())
                .isNotBlank();
        assertThat(got.path("chat").asString()).isNotBlank();
        assertThat(Base64.getDecoder().decode(got.path("picture").asString())).startsWith(0x89, 'P', 'N', 'G');
        if (speaks) {
            assertThat(Base64.getDecoder().decode(got.path("speech").asString()))
                    .startsWith('R', 'I', 'F', 'F')
                    .hasSizeGreaterThan(8000);
        }
        assertThat(got.path("refused").path("name").asString()).isEqualTo("BadRequestError");
        assertThat(got.path("refused").path("param").asString()).isEqualTo("best_of");
    }

    private static boolean succeeds(Path output, List<String> command) throws InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .directory(output.toAbsolutePath().getParent().toFile())
                    .redirectOutput(output.toFile())
                    .redirectError(output.resolveSibling(output.getFileName() + ".errors")
                            .toFile())
                    .start();
        } catch (IOException e) { // there is no such program
            return false;
        }
        try {
            return process.waitFor(2, TimeUnit.MINUTES) && process.exitValue() == 0;
        } finally {
            process.destroyForcibly();
        }
    }
}
