package io.triptych.text.web;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import io.triptych.openai.SpeculationRequest;
import io.triptych.openai.Unsupported;
import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Map;

/** {@code POST /v1/chat/completions}. A parameter that is null or left out has its default. */
@Unsupported(name = "audio")
@Unsupported(name = "function_call", neutral = "\"none\"")
@Unsupported(name = "functions", neutral = "[]")
@Unsupported(name = "metadata", neutral = "{}")
@Unsupported(name = "modalities", neutral = "[\"text\"]")
@Unsupported(name = "parallel_tool_calls", neutral = "true")
@Unsupported(name = "prediction")
@Unsupported(name = "reasoning_effort", neutral = "\"none\"")
@Unsupported(name = "response_format", neutral = "{\"type\":\"text\"}")
@Unsupported(name = "service_tier", neutral = "\"auto\"")
@Unsupported(name = "store", neutral = "false")
@Unsupported(name = "tool_choice", neutral = "\"none\"")
@Unsupported(name = "tools", neutral = "[]")
@Unsupported(name = "verbosity")
@Unsupported(name = "web_search_options")
record ChatRequest(
        @Schema(description = "The model that GET /v1/models names; may be left out")
        String model,

        @NotEmpty @Valid @ArraySchema(arraySchema = @Schema(description = "The conversation so far"))
        List<@NotNull MessageInput> messages,

        @JsonProperty("max_tokens") @Min(1) @Schema(description = "The older name of max_completion_tokens")
        Integer maxTokens,

        @JsonProperty("max_completion_tokens")
        @Min(1)
        @Schema(description = "The most tokens to generate; as many as fit if left out")
        Integer maxCompletionTokens,

        @DecimalMin("0")
        @DecimalMax("2")
        @Schema(description = "Divides the logits; 0 takes the most probable token", defaultValue = "1")
        Double temperature,

        @JsonProperty("top_p")
        @DecimalMin(value = "0", inclusive = false)
        @DecimalMax("1")
        @Schema(description = "Keep the smallest set of tokens whose probability reaches this", defaultValue = "1")
        Double topP,

        @JsonProperty("top_k")
        @Min(0)
        @Schema(description = "Keep the k most probable tokens; 0 keeps all", defaultValue = "0")
        Integer topK,

        @JsonProperty("min_p")
        @DecimalMin("0")
        @DecimalMax("1")
        @Schema(description = "Drop tokens less probable than this share of the most probable", defaultValue = "0")
        Double minP,

        @Min(1) @Schema(description = "How many texts to generate for each prompt", defaultValue = "1")
        Integer n,

        @Schema(description = "The same seed gives the same text; drawn at random and told if left out")
        Long seed,

        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
        @Size(max = 4)
        @Schema(
                implementation = Object.class,
                description = "One text or up to four that end the output and are not part of it",
                oneOf = {String.class, String[].class})
        List<@NotEmpty String> stop,

        @Schema(description = "Tell the log-probability of each token", defaultValue = "false")
        Boolean logprobs,

        @JsonProperty("top_logprobs")
        @Min(0)
        @Max(20)
        @Schema(description = "With logprobs: how many alternatives to tell for each token", defaultValue = "0")
        Integer topLogprobs,

        @JsonProperty("presence_penalty")
        @DecimalMin("-2")
        @DecimalMax("2")
        @Schema(description = "Subtracted from the logits of tokens that the output has", defaultValue = "0")
        Double presencePenalty,

        @JsonProperty("frequency_penalty")
        @DecimalMin("-2")
        @DecimalMax("2")
        @Schema(description = "Subtracted once for every time that the output has the token", defaultValue = "0")
        Double frequencyPenalty,

        @JsonProperty("repetition_penalty")
        @DecimalMin(value = "0", inclusive = false)
        @DecimalMax("10")
        @Schema(description = "Divides positive, multiplies negative logits of tokens seen", defaultValue = "1")
        Double repetitionPenalty,

        @JsonProperty("logit_bias")
        @Schema(description = "Added to the logits of tokens, by token id", example = "{\"42\": -100}")
        Map<Integer, @NotNull @DecimalMin("-100") @DecimalMax("100") Double> logitBias,

        @Schema(description = "Send server-sent events as the text grows", defaultValue = "false")
        Boolean stream,

        @JsonProperty("stream_options") @Valid StreamOptions streamOptions,

        @Schema(description = "Accepted for clients that send it; has no effect")
        String user,

        @JsonProperty("safety_identifier") @Schema(description = "Accepted for clients that send it; has no effect")
        String safetyIdentifier,

        @JsonProperty("prompt_cache_key") @Schema(description = "Accepted for clients that send it; has no effect")
        String promptCacheKey,

        @Valid SpeculationRequest speculation)
        implements TextParameters {}
