package io.triptych.speech;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.decoder.CsmConfig;
import io.triptych.openai.Models;
import io.triptych.sampling.SamplingParameters;
import io.triptych.serving.GenerationDefaults;
import io.triptych.speech.codec.CodecConfig;
import io.triptych.speech.draft.CodeSpeculation;
import io.triptych.speech.draft.GroupHeads;
import io.triptych.speech.text.SpeechText;
import io.triptych.speech.text.SpeechText.Utterance;
import io.triptych.tokenizer.Tokenizer;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What HTTP threads know of the model: its name, its voices, how it reads, and its limits. Immutable and safe from any
 * thread.
 *
 * @param card what the API tells of it
 * @param text reads text
 * @param voiceTokens the token of the text vocabulary that begins the prompts of a voice
 * @param drafters that a request may name; the first is taken if it names none
 * @param shape of the codes
 * @param capacity the most text tokens and frames of one line together
 * @param sampleRate samples in a second
 * @param samplesPerFrame that a frame becomes
 * @param sampling what a request that says nothing gets
 */
public record SpeechModel(
        Models.Model card,
        SpeechText text,
        Map<String, Integer> voiceTokens,
        List<String> drafters,
        CsmConfig shape,
        int capacity,
        int sampleRate,
        int samplesPerFrame,
        SamplingParameters sampling) {
    private static final String GOLDEN_TEXT = "The quick brown fox jumps over the lazy dog.";

    /** How much longer than expected speech may take, and what it may take besides, in seconds. */
    private static final double LONGEST = 2;

    private static final double BESIDES = 1;

    /**
     * Reads what a checkpoint tells.
     *
     * @param capacity {@link #leastCapacity} or more
     * @throws CheckpointException if it has no voices
     */
    public static SpeechModel of(
            Models.Model card, Tokenizer tokenizer, CsmConfig shape, int capacity, CheckpointDirectory checkpoint) {
        CodecConfig codec = CodecConfig.from(checkpoint);
        return new SpeechModel(
                card,
                new SpeechText(checkpoint, tokenizer),
                voicesOf(checkpoint),
                CodeSpeculation.drafters(Files.exists(checkpoint.path().resolve(GroupHeads.FILE))),
                shape,
                capacity,
                codec.sampleRate(),
                codec.samplesPerFrame(),
                GenerationDefaults.of(checkpoint).sampling().withLogitBias(never(shape, codec)));
    }

    /** The least capacity: any piece of a text, and the frames that it is expected to take. */
    static int leastCapacity(CodecConfig codec) {
        double frames = SpeechText.LONGEST_SECONDS * codec.sampleRate() / codec.samplesPerFrame();
        return SpeechText.LONGEST_PROMPT + (int) Math.ceil(frames);
    }

    /** Keeps codes that neither sound nor end the speech, with which a codebook may be filled up, from being drawn. */
    private static Map<Integer, Float> never(CsmConfig shape, CodecConfig codec) {
        return IntStream.range(codec.codes(), shape.codes())
                .filter(code -> code != shape.endCode())
                .boxed()
                .collect(Collectors.toMap(code -> code, code -> -100f));
    }

    /** The voices of a checkpoint: the special tokens {@code [name]} of its tokenizer that mean nothing else. */
    static Map<String, Integer> voicesOf(CheckpointDirectory checkpoint) {
        Map<String, Integer> voices = new TreeMap<>();
        JsonNode tokenizer = JsonMapper.shared().readTree(checkpoint.tokenizer());
        for (JsonNode token : tokenizer.path("added_tokens")) {
            String content = token.path("content").asString("");
            if (content.matches("\\[[\\w-]+]")
                    && !List.of("[pad]", SpeechText.SPEAK).contains(content)) {
                voices.put(
                        content.substring(1, content.length() - 1),
                        token.path("id").intValue());
            }
        }
        if (voices.isEmpty()) {
            throw new CheckpointException(
                    checkpoint.tokenizer(), "has no voices, which are special tokens such as [name]");
        }
        return voices;
    }

    /** The names of all voices; the first is taken if a request names none. */
    public List<String> voices() {
        return voiceTokens.entrySet().stream()
                .sorted(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** What a voice is to say for some words, as lines of a request. */
    public List<SpeechRequest.Line> lines(List<Utterance> utterances, String voice) {
        return utterances.stream()
                .map(utterance -> new SpeechRequest.Line(
                        utterance.words(),
                        prompt(voiceTokens.get(voice), utterance.tokens()),
                        maximumFrames(utterance)))
                .toList();
    }

    private int[] prompt(int voice, int[] tokens) {
        int[] prompt = new int[tokens.length + 1];
        prompt[0] = shape.inputToken(voice);
        for (int i = 0; i < tokens.length; i++) {
            prompt[i + 1] = shape.inputToken(tokens[i]);
        }
        return prompt;
    }

    private int maximumFrames(Utterance utterance) {
        double plausible = (double) sampleRate / samplesPerFrame * (BESIDES + LONGEST * utterance.seconds());
        int room = capacity - utterance.tokens().length - 1;
        return (int) Math.min(Math.ceil(plausible), room);
    }

    /** What the self-check says. */
    SpeechRequest.Line golden() {
        return lines(text.read(GOLDEN_TEXT).utterances(), voices().get(0)).get(0);
    }
}
