package io.triptych.text.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.triptych.openai.RequestMapper;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Any bytes for a request: it is read and can be validated, or refused by the one kind of error that a service tells. */
@Timeout(20)
class TextRequestFuzzTest {
    private static final JsonMapper MAPPER = RequestMapper.create();
    private static final Validator VALIDATOR =
            Validation.buildDefaultValidatorFactory().getValidator();

    static Stream<byte[]> seeds() {
        return Stream.of(
                        """
                        {"model": "m", "prompt": ["int x", [5, 6]], "max_tokens": 7, "temperature": 0.5, "top_p": 0.9,
                         "top_k": 40, "min_p": 0.1, "n": 2, "seed": 3, "stop": ["a", "b"], "logprobs": 4,
                         "presence_penalty": 0.25, "frequency_penalty": -0.5, "repetition_penalty": 1.5,
                         "logit_bias": {"9": 2.5}, "stream": true, "stream_options": {"include_usage": true},
                         "speculation": {"mode": "relaxed", "drafters": ["x"], "budget": 3, "trace": true}}""",
                        """
                        {"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}]},
                         {"role": "assistant", "content": "b", "name": null}], "max_completion_tokens": 5,
                         "logprobs": true, "top_logprobs": 3, "stop": "x", "tools": [], "n": 1e0}""",
                        "{\"prompt\": [5], \"seed\": 1e999999999}",
                        "{\"prompt\": \"\\ud800\", \"max_tokens\": 99999999999999999999}")
                .map(json -> json.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest
    void readsOrRefuses(byte[] content) {
        for (Class<?> request : new Class<?>[] {CompletionRequest.class, ChatRequest.class}) {
            try {
                Object read = MAPPER.readValue(content, request);
                if (read != null) {
                    VALIDATOR.validate(read);
                }
            } catch (JacksonException e) {
                assertThat(e.getOriginalMessage()).isNotNull();
            }
        }
    }
}
