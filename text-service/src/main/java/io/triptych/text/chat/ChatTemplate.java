package io.triptych.text.chat;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.Context.Library;
import com.hubspot.jinjava.interpret.InterpretException;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.interpret.TemplateError.ErrorReason;
import com.hubspot.jinjava.interpret.TemplateError.ErrorType;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import com.hubspot.jinjava.objects.date.StrftimeFormatter;
import com.hubspot.jinjava.tree.Node;
import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/**
 * A checkpoint's own way of writing a conversation as one prompt: a Jinja template, rendered as the transformers library
 * renders it (blocks trimmed, {@code raise_exception} and {@code strftime_now} at hand). A template sees the messages
 * and nothing else: no file, no class; what a message contains is never taken for template text. What a template does is
 * bounded in time and size, so that a hostile one fails its requests and no others. Safe for use by several threads.
 */
public final class ChatTemplate {
    private static final String FILE = "chat_template.jinja";
    private static final List<String> FUNCTIONS = List.of("raise_exception", "strftime_now");
    private static final long LARGEST_PROMPT = 16 << 20;
    private static final int LARGEST_COLLECTION = 1 << 16;

    /** Several times the longest that is published. */
    private static final int LONGEST_SOURCE = 1 << 16;

    /** The time that parsing takes grows steeply with them. */
    private static final int DEEPEST_BRACKETS = 32;

    /** Thousands of times what a conversation takes that fits into a model. */
    private static final long LONGEST_RENDERING_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Filters that make much of little, or a template of a message; no chat template uses them. */
    private static final Set<String> DISABLED_FILTERS =
            Set.of("batch", "center", "format", "fromjson", "fromyaml", "indent", "render");

    /** When the rendering that this thread is at must have ended, as {@link System#nanoTime} counts. */
    private static final ThreadLocal<Long> DEADLINE = new ThreadLocal<>();

    private static final Jinjava JINJA = jinja();

    private final Optional<String> source;
    private final Map<String, String> specialTokens;

    private ChatTemplate(Optional<String> source, Map<String, String> specialTokens) {
        this.source = source;
        this.specialTokens = Map.copyOf(specialTokens);
    }

    /**
     * Reads {@code chat_template.jinja}, or else {@code chat_template} of {@code tokenizer_config.json}: one template or
     * a list of named ones, of which {@code default} is taken. A checkpoint without any is no error until
     * {@link #render}.
     *
     * @throws CheckpointException if what is there cannot be read
     */
    public static ChatTemplate of(CheckpointDirectory checkpoint) {
        Map<String, String> specialTokens = new HashMap<>();
        for (String name : List.of("bos_token", "eos_token")) {
            checkpoint
                    .tokenizerConfig()
                    .flatMap(config -> token(config.path(name)))
                    .ifPresent(token -> specialTokens.put(name, token));
        }
        Optional<String> source = fromFile(checkpoint.path().resolve(FILE))
                .or(() -> checkpoint.tokenizerConfig().flatMap(config -> named(config.path("chat_template"))));
        source.ifPresent(template -> check(checkpoint.path(), template));
        return new ChatTemplate(source.map(JinjavaDialect::of), specialTokens);
    }

    /** Whether the checkpoint has a template. */
    public boolean isPresent() {
        return source.isPresent();
    }

    /**
     * Writes a conversation as a prompt, special tokens included: it is to be encoded without adding them again.
     *
     * @param addGenerationPrompt whether the prompt ends where the assistant's next message begins
     * @throws ChatTemplateException if there is no template, or it refuses these messages
     */
    public String render(List<ChatMessage> messages, boolean addGenerationPrompt) {
        String template = source.orElseThrow(() -> new ChatTemplateException(
                "This model's checkpoint has no chat template, so it cannot chat; use /v1/completions"));
        Map<String, Object> variables = new HashMap<>(specialTokens);
        variables.put(
                "messages",
                messages.stream()
                        .map(message -> Map.of("role", message.role(), "content", message.content()))
                        .toList());
        variables.put("add_generation_prompt", addGenerationPrompt);
        // Templates ask whether the functions are defined, as if they were variables.
        FUNCTIONS.forEach(function -> variables.put(function, true));
        RenderResult result = render(template, variables);
        for (TemplateError error : result.getErrors()) {
            // An unknown property is nothing to Jinja too, and templates rely on that.
            if (error.getSeverity() == ErrorType.FATAL || error.getReason() != ErrorReason.UNKNOWN) {
                throw refusal(error);
            }
        }
        return result.getOutput();
    }

    private static RenderResult render(String template, Map<String, Object> variables) {
        DEADLINE.set(System.nanoTime() + LONGEST_RENDERING_NANOS);
        try {
            return JINJA.renderForResult(template, variables);
        } catch (StackOverflowError | OutOfMemoryError e) {
            throw new ChatTemplateException("The model's chat template takes more memory than there is", e);
        } finally {
            DEADLINE.remove();
        }
    }

    /** Runs before every piece of a template, however often a loop comes to it. */
    private static void checkDeadline(Node node) {
        if (System.nanoTime() - DEADLINE.get() > 0) {
            throw new InterpretException("it takes too long", node.getLineNumber());
        }
    }

    private static ChatTemplateException refusal(TemplateError error) {
        for (Throwable cause = error.getException(); cause != null; cause = cause.getCause()) {
            if (cause instanceof RaisedByTemplate raised) {
                return new ChatTemplateException(
                        "The model's chat template refuses the messages: " + raised.getMessage());
            }
        }
        return new ChatTemplateException(
                "The model's chat template fails in line " + error.getLineno() + ": " + error.getMessage(),
                error.getException());
    }

    private static void check(Path checkpoint, String template) {
        if (template.length() > LONGEST_SOURCE) {
            throw new CheckpointException(
                    checkpoint, "has a chat template of more than " + LONGEST_SOURCE + " characters");
        }
        int depth = 0;
        for (int i = 0; i < template.length() && depth <= DEEPEST_BRACKETS; i++) {
            depth += "([{".indexOf(template.charAt(i)) >= 0 ? 1 : 0;
            depth -= ")]}".indexOf(template.charAt(i)) >= 0 && depth > 0 ? 1 : 0;
        }
        if (depth > DEEPEST_BRACKETS) {
            throw new CheckpointException(checkpoint, "has a chat template with brackets nested too deeply");
        }
    }

    private static Optional<String> fromFile(Path file) {
        try {
            if (Files.size(file) > Character.BYTES * (long) LONGEST_SOURCE) {
                throw new CheckpointException(file, "is larger than any chat template");
            }
            return Optional.of(Files.readString(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new CheckpointException(file, "cannot be read", e);
        }
    }

    private static Optional<String> named(JsonNode templates) {
        for (JsonNode entry : templates.isArray() ? templates : List.<JsonNode>of()) {
            if (entry.path("name").asString("").equals("default")) {
                return entry.path("template").asStringOpt();
            }
        }
        return templates.isString() ? Optional.of(templates.stringValue()) : Optional.empty();
    }

    /** A special token stands as a string or as an object that holds one. */
    private static Optional<String> token(JsonNode node) {
        JsonNode content = node.isObject() ? node.path("content") : node;
        return content.isString() ? Optional.of(content.stringValue()) : Optional.empty();
    }

    private static Jinjava jinja() {
        JinjavaConfig config = JinjavaConfig.newBuilder()
                .withTrimBlocks(true)
                .withLstripBlocks(true)
                .withKeepTrailingNewline(true)
                // Or a message that holds a template would be rendered as one.
                .withNestedInterpretationEnabled(false)
                .withMaxOutputSize(LARGEST_PROMPT)
                .withMaxStringLength(LARGEST_PROMPT)
                .withMaxListSize(LARGEST_COLLECTION)
                .withMaxMapSize(LARGEST_COLLECTION)
                .withDisabled(Map.of(Library.FILTER, DISABLED_FILTERS))
                .withNodePreProcessor((node, interpreter) -> checkDeadline(node))
                .withElResolver(new PythonStrings())
                // Where Jinjava's own ways differ from Jinja's.
                .withLegacyOverrides(LegacyOverrides.newBuilder()
                        .withUseTrimmingForNotesAndExpressions(true)
                        .withParseWhitespaceControlStrictly(true)
                        .withUseNaturalOperatorPrecedence(true)
                        .withHandleBackslashInQuotesOnly(true)
                        .withEvaluateMapKeys(true)
                        .withIterateOverMapKeys(true)
                        .withKeepNullableLoopValues(true)
                        .withAllowAdjacentTextNodes(true)
                        .build())
                .build();
        Jinjava jinja = new Jinjava(config);
        jinja.setResourceLocator((name, encoding, interpreter) -> {
            throw new IOException("A chat template reads no files: " + name);
        });
        jinja.registerFunction(function("raise_exception", "raiseException"));
        jinja.registerFunction(function("strftime_now", "strftimeNow"));
        return jinja;
    }

    private static ELFunctionDefinition function(String name, String method) {
        try {
            Method implementation = ChatTemplate.class.getDeclaredMethod(method, String.class);
            implementation.setAccessible(true);
            return new ELFunctionDefinition("", name, implementation);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    static String raiseException(String message) {
        throw new RaisedByTemplate(message);
    }

    static String strftimeNow(String format) {
        return StrftimeFormatter.format(ZonedDateTime.now(ZoneId.systemDefault()), format, Locale.ENGLISH);
    }

    private static final class RaisedByTemplate extends RuntimeException {
        RaisedByTemplate(String message) {
            super(message);
        }
    }
}
