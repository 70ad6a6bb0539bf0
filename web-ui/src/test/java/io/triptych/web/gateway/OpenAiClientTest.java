package io.triptych.web.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.HttpResponse;
import com.openai.core.http.StreamResponse;
import com.openai.errors.InternalServerException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.audio.speech.SpeechCreateParams;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.images.ImageGenerateParams;
import com.openai.models.models.Model;
import io.triptych.web.RealServices;
import io.triptych.web.WithRealServices;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Base64;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** The official client, which knows nothing of us, through the gateway to the real services. */
class OpenAiClientTest extends WithRealServices {
    private static final CompletionCreateParams TEXT = CompletionCreateParams.builder()
            .model("triptych-text")
            .prompt("public int getX() {")
            .maxTokens(24)
            .temperature(0)
            .seed(1)
            .build();

    @Test
    void listsModels() {
        assertThat(client().models().list().data().stream().map(Model::id)).contains("triptych-text", "triptych-image");
    }

    @Test
    void isRefusedWithoutAKeyOfTheServices() {
        OpenAIClient stranger = client("a-key-of-nobody-here");
        assertThatThrownBy(() -> stranger.models().list())
                .isInstanceOfSatisfying(
                        UnauthorizedException.class, e -> assertThat(e.code()).contains("invalid_api_key"));
        assertThatThrownBy(() -> stranger.completions().create(TEXT)).isInstanceOf(UnauthorizedException.class);
    }

    @Test
    void completesTextWholeAndAsAStream() {
        String whole = client().completions().create(TEXT).choices().get(0).text();

        try (StreamResponse<Completion> stream = client().completions().createStreaming(TEXT)) {
            String streamed = stream.stream()
                    .flatMap(chunk -> chunk.choices().stream())
                    .map(choice -> choice.text())
                    .collect(Collectors.joining());
            assertThat(streamed).isEqualTo(whole).isNotBlank();
        }
    }

    @Test
    void drawsAnImage() {
        ImageGenerateParams params = ImageGenerateParams.builder()
                .model("triptych-image")
                .prompt("a red circle in the center on a white background")
                .build();

        String file = client().images()
                .generate(params)
                .data()
                .orElseThrow()
                .get(0)
                .b64Json()
                .orElseThrow();

        assertThat(Base64.getDecoder().decode(file)).startsWith(0x89, 'P', 'N', 'G');
    }

    @Test
    void speaksOrSaysThatNobodySpeaks() throws Exception {
        SpeechCreateParams params = SpeechCreateParams.builder()
                .model("triptych-speech")
                .input("Good morning.")
                .voice("default")
                .responseFormat(SpeechCreateParams.ResponseFormat.WAV)
                .build();
        if (RealServices.isBuilt(Modality.SPEECH)) {
            try (HttpResponse speech = client().audio().speech().create(withKnownVoice(params))) {
                assertThat(speech.body().readAllBytes())
                        .startsWith('R', 'I', 'F', 'F')
                        .hasSizeGreaterThan(8000);
            }
        } else {
            assertThatThrownBy(() -> client().audio().speech().create(params))
                    .isInstanceOf(InternalServerException.class)
                    .hasMessageContaining("the speech service cannot be reached");
        }
    }

    private SpeechCreateParams withKnownVoice(SpeechCreateParams params) throws Exception {
        String voices = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(url("/v1/audio/voices")))
                                .header("Authorization", "Bearer " + RealServices.KEY)
                                .build(),
                        BodyHandlers.ofString())
                .body();
        String voice = JsonMapper.shared()
                .readTree(voices)
                .path("data")
                .path(0)
                .path("id")
                .asString();
        return params.toBuilder().voice(voice).build();
    }

    private OpenAIClient client() {
        return client(RealServices.KEY);
    }

    private OpenAIClient client(String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(url("/v1"))
                .apiKey(key)
                .maxRetries(0)
                .build();
    }
}
