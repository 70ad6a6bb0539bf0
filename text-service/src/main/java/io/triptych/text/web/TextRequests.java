package io.triptych.text.web;

import io.triptych.openai.ApiException;
import io.triptych.openai.PromptLength;
import io.triptych.openai.Seeds;
import io.triptych.openai.SpeculationRequest;
import io.triptych.sampling.SamplingParameters;
import io.triptych.text.TextModel;
import io.triptych.text.TextRequest;
import io.triptych.text.TextRequest.Prompt;
import io.triptych.text.chat.ChatMessage;
import io.triptych.text.chat.ChatTemplateException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Turns what clients ask for into what the engine needs to know, or refuses it before any work is done. */
final class TextRequests {
    /** What OpenAI gives a completion that names no limit. */
    private static final int DEFAULT_COMPLETION_TOKENS = 16;

    private final TextModel model;
    private final int maximumSequences;

    /** @param maximumSequences the most prompts times choices of one request */
    TextRequests(TextModel model, int maximumSequences) {
        this.model = model;
        this.maximumSequences = maximumSequences;
    }

    TextRequest of(CompletionRequest request) {
        model.card().require(request.model());
        requireSequences(request.prompt().prompts().size(), orElse(request.n(), 1));
        int limit = request.maxTokens() == null ? DEFAULT_COMPLETION_TOKENS : request.maxTokens();
        List<Prompt> prompts = request.prompt().prompts().stream()
                .map(prompt -> prompt("prompt", tokens(prompt), limit, request.maxTokens() == null))
                .toList();
        int logprobs = request.logprobs() == null ? TextRequest.NO_LOGPROBS : request.logprobs();
        return of(request, prompts, logprobs);
    }

    TextRequest of(ChatRequest request) {
        model.card().require(request.model());
        requireSequences(1, orElse(request.n(), 1));
        if (!model.chatTemplate().isPresent()) {
            throw ApiException.badRequest(
                    "messages",
                    "no_chat_template",
                    "the model '" + model.card().id() + "' has no chat template; use /v1/completions instead");
        }
        if (request.topLogprobs() != null && !isTrue(request.logprobs())) {
            throw ApiException.invalid("top_logprobs", "top_logprobs needs logprobs to be true");
        }
        if (request.maxTokens() != null && request.maxCompletionTokens() != null) {
            throw ApiException.invalid("max_tokens", "max_tokens and max_completion_tokens exclude each other");
        }
        Integer named = request.maxCompletionTokens() == null ? request.maxTokens() : request.maxCompletionTokens();
        int limit = named == null ? model.capacity() : named;
        int[] tokens = tokens("messages", render(request.messages()), false);
        int top = request.topLogprobs() == null ? 0 : request.topLogprobs();
        return of(
                request,
                List.of(prompt("messages", tokens, limit, named == null)),
                isTrue(request.logprobs()) ? top : TextRequest.NO_LOGPROBS);
    }

    private TextRequest of(TextParameters request, List<Prompt> prompts, int logprobs) {
        if (request.streamOptions() != null && !isTrue(request.stream())) {
            throw ApiException.invalid("stream_options", "stream_options needs stream to be true");
        }
        return new TextRequest(
                prompts,
                orElse(request.n(), 1),
                sampling(request),
                Seeds.orDrawn(request.seed()),
                request.stop() == null ? List.of() : request.stop(),
                logprobs,
                orElse(request.speculation(), SpeculationRequest.DEFAULT));
    }

    private void requireSequences(int prompts, int choices) {
        if ((long) prompts * choices > maximumSequences) {
            throw ApiException.invalid(
                    choices > 1 ? "n" : "prompt",
                    "a request may have at most " + maximumSequences + " sequences (prompts times n), not " + prompts
                            + " x " + choices);
        }
    }

    private int[] tokens(PromptInput.Prompt prompt) {
        if (prompt instanceof PromptInput.Text text) {
            return tokens("prompt", text.text(), true);
        }
        int[] tokens = ((PromptInput.Tokens) prompt).tokens();
        for (int token : tokens) {
            requireToken("prompt", token);
        }
        return tokens;
    }

    private int[] tokens(String param, String text, boolean addSpecialTokens) {
        PromptLength.require(param, text, model.capacity());
        return model.tokenizer().encode(text, addSpecialTokens);
    }

    private void requireToken(String param, int token) {
        if (token < 0 || token >= model.vocabularySize()) {
            throw ApiException.invalid(
                    param,
                    param + " names the token " + token + ", but tokens are 0 to " + (model.vocabularySize() - 1));
        }
    }

    /** @param shrink whether the limit is ours, and gives way where the prompt leaves less room */
    private Prompt prompt(String param, int[] tokens, int limit, boolean shrink) {
        if (tokens.length == 0) {
            throw ApiException.invalid(param, param + " must have at least one token");
        }
        int room = model.capacity() - tokens.length;
        if (room < 1 || (limit > room && !shrink)) {
            String asked = shrink ? "" : " and " + limit + " are to be generated";
            throw ApiException.badRequest(
                    param,
                    "context_length_exceeded",
                    "this model's context is " + model.capacity() + " tokens, prompt and output together, but " + param
                            + " has " + tokens.length + " tokens" + asked);
        }
        return new Prompt(tokens, Math.min(limit, room));
    }

    private String render(List<MessageInput> messages) {
        List<ChatMessage> conversation = messages.stream()
                .map(message -> new ChatMessage(
                        message.role().name().toLowerCase(Locale.ROOT),
                        message.content().text()))
                .toList();
        try {
            return model.chatTemplate().render(conversation, true);
        } catch (ChatTemplateException e) {
            throw ApiException.invalid("messages", e.getMessage());
        }
    }

    private SamplingParameters sampling(TextParameters request) {
        Map<Integer, Double> bias = orElse(request.logitBias(), Map.of());
        bias.keySet().forEach(token -> requireToken("logit_bias", token));
        return new SamplingParameters(
                bias.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue()
                        .floatValue())),
                orElse(request.repetitionPenalty(), 1.0),
                orElse(request.frequencyPenalty(), 0.0),
                orElse(request.presencePenalty(), 0.0),
                orElse(request.temperature(), 1.0),
                orElse(request.topK(), 0),
                orElse(request.minP(), 0.0),
                orElse(request.topP(), 1.0));
    }

    private static <T> T orElse(T value, T otherwise) {
        return value == null ? otherwise : value;
    }

    private static boolean isTrue(Boolean value) {
        return value != null && value;
    }
}
