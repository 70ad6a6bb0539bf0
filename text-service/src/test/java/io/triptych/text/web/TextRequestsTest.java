package io.triptych.text.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.openai.ApiException;
import io.triptych.openai.Models;
import io.triptych.openai.SpeculationRequest;
import io.triptych.sampling.SamplingParameters;
import io.triptych.text.TextModel;
import io.triptych.text.TextRequest;
import io.triptych.text.chat.ChatTemplate;
import io.triptych.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class TextRequestsTest {
    private static final Path CHECKPOINT = Path.of(System.getProperty("triptych.root"), "models", "text");

    @TempDir
    private Path withoutTemplate;

    @Test
    void passesEveryParameterOn() {
        TextRequest request = completion("""
                {"prompt": ["int x", [5, 6]], "max_tokens": 7, "temperature": 0.5, "top_p": 0.9, "top_k": 40,
                 "min_p": 0.1, "n": 2, "seed": 3, "stop": ["a", "b"], "logprobs": 4, "presence_penalty": 0.25,
                 "frequency_penalty": -0.5, "repetition_penalty": 1.5, "logit_bias": {"9": 2.5},
                 "speculation": {"mode": "relaxed", "drafters": ["x"], "budget": 3, "trace": true}}""");
        assertThat(request.prompts()).hasSize(2);
        assertThat(request.prompts().get(1).tokens()).containsExactly(5, 6);
        assertThat(request.prompts()).allMatch(prompt -> prompt.maximumTokens() == 7);
        assertThat(request.sampling())
                .isEqualTo(new SamplingParameters(Map.of(9, 2.5f), 1.5, -0.5, 0.25, 0.5, 40, 0.1, 0.9));
        assertThat(request.choices()).isEqualTo(2);
        assertThat(request.seed()).isEqualTo(3);
        assertThat(request.stop()).containsExactly("a", "b");
        assertThat(request.logprobs()).isEqualTo(4);
        assertThat(request.speculation())
                .isEqualTo(new SpeculationRequest(SpeculationRequest.Mode.RELAXED, List.of("x"), 3, true));
    }

    @Test
    void hasTheDefaultsOfOpenAi() {
        TextRequest request = completion("{\"prompt\": [5]}");
        assertThat(request.sampling()).isEqualTo(SamplingParameters.ofTemperature(1));
        assertThat(request.prompts().get(0).maximumTokens()).isEqualTo(16);
        assertThat(request.choices()).isEqualTo(1);
        assertThat(request.stop()).isEmpty();
        assertThat(request.logprobs()).isEqualTo(TextRequest.NO_LOGPROBS);
        assertThat(request.speculation()).isEqualTo(SpeculationRequest.DEFAULT);
        assertThat(request.speculation().mode()).isEqualTo(SpeculationRequest.Mode.EXACT);
        assertThat(request.seed()).isBetween(0L, 1L << 53);
    }

    @Test
    void aDefaultLimitGivesWayToTheContext() {
        int[] prompt = new int[25];
        String tokens = Arrays.toString(prompt);
        assertThat(completion("{\"prompt\": " + tokens + "}").prompts().get(0).maximumTokens())
                .isEqualTo(7);
        assertThatThrownBy(() -> completion("{\"prompt\": " + tokens + ", \"max_tokens\": 8}"))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("32 tokens")
                .hasMessageContaining("25 tokens")
                .hasMessageContaining("8 are to be generated");
    }

    @Test
    void aTextThatCannotFitIsRefusedBeforeItIsCutIntoTokens() {
        // The first could be 32 tokens of 128 spaces, which would fit: it takes the tokenizer to say that it is more.
        assertThatThrownBy(() -> completion("{\"prompt\": \"" + " ".repeat(32 * 128) + "\"}"))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining(" tokens, prompt and output together");
        assertThatThrownBy(() -> completion("{\"prompt\": \"" + " ".repeat(32 * 128 + 1) + "\"}"))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        e -> assertThat(e.error().error().code()).isEqualTo("context_length_exceeded"))
                .hasMessageContaining("prompt has 4097 characters");
    }

    @Test
    void tooManySequencesAreRefusedBeforeAnyIsRead() {
        String wrong = "[[-1], [-1], [-1], [-1], [-1], [-1], [-1], [-1]]";
        assertThatThrownBy(() -> completion("{\"prompt\": " + wrong + "}")).hasMessageContaining("token -1");
        assertThatThrownBy(() -> completion("{\"prompt\": " + wrong + ", \"n\": 2}"))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("at most 8 sequences (prompts times n), not 8 x 2");
        assertThatThrownBy(() -> completion("{\"prompt\": " + wrong.replace("]]", "], [-1]]") + "}"))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("not 9 x 1");
    }

    @Test
    void aCheckpointWithoutAChatTemplateIsAClearError() throws IOException {
        for (String file : List.of("config.json", "tokenizer.json", "model.safetensors")) {
            Files.createSymbolicLink(
                    withoutTemplate.resolve(file), CHECKPOINT.resolve(file).toAbsolutePath());
        }
        ChatRequest request = JsonMapper.shared()
                .readValue("{\"messages\": [{\"role\": \"user\", \"content\": \"x\"}]}", ChatRequest.class);
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(withoutTemplate)) {
            assertThatThrownBy(() -> requests(checkpoint).of(request)).isInstanceOfSatisfying(ApiException.class, e -> {
                assertThat(e.status()).isEqualTo(400);
                assertThat(e.error().error().code()).isEqualTo("no_chat_template");
                assertThat(e.error().error().param()).isEqualTo("messages");
            });
        }
    }

    private static TextRequest completion(String json) {
        try (CheckpointDirectory checkpoint = CheckpointDirectory.open(CHECKPOINT)) {
            return requests(checkpoint).of(JsonMapper.shared().readValue(json, CompletionRequest.class));
        }
    }

    private static TextRequests requests(CheckpointDirectory checkpoint) {
        Tokenizer tokenizer = Tokenizer.of(checkpoint);
        return new TextRequests(
                new TextModel(
                        new Models.Model("m", 1),
                        tokenizer,
                        ChatTemplate.of(checkpoint),
                        tokenizer.size(),
                        32,
                        Set.of(0)),
                8);
    }
}
