package io.triptych.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.triptych.sampling.CounterRandom;
import io.triptych.sampling.SamplingParameters;
import io.triptych.speculation.BudgetController;
import io.triptych.speculation.DecodingLoop;
import io.triptych.speculation.Drafter;
import io.triptych.speculation.ExactVerifier;
import io.triptych.speculation.LogitsPipeline;
import io.triptych.speculation.PassCost;
import io.triptych.speculation.Sequence;
import io.triptych.speculation.Target;
import io.triptych.speculation.TokenHistory;
import io.triptych.speculation.TokenTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CsmDecoderTest {
    private static final int CODEBOOKS = 6;
    private static final int CODES = 70;
    private static final int TEXT = 20;
    private static final int SEQUENCES = 3;
    private static final SamplingParameters SAMPLING = new SamplingParameters(Map.of(), 1, 0, 0, 0.9, 0, 0, 1);

    private final CsmConfig config = RandomWeights.csm(CODEBOOKS, CODES);
    private final Random random = new Random(5);
    private final int[][] tokens = new int[SEQUENCES][];
    private final float[][][] alone = new float[SEQUENCES][][];

    /**
     * Single steps beside whatever else a pass may be: prompts in pieces, groups of codes with wrong drafts around them,
     * trees scored in parts, tokens taken back, several sequences at once.
     */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void noRowDiffersInAnyBit(Precision precision) {
        try (CsmDecoder decoder = load(precision, 64)) {
            scoreOneByOne(decoder, 25 * CODEBOOKS);
            List<CsmSession> sessions = new ArrayList<>();
            for (int i = 0; i < SEQUENCES; i++) {
                sessions.add(decoder.open());
            }
            int compared = 0;
            while (compared < 1000) {
                compared += randomPass(decoder, sessions);
            }
            sessions.forEach(Target.Session::close);
        }
    }

    /** What the comparison above would see if a row knew of another past. */
    @Test
    void aRowDependsOnAllThatIsBeforeIt() {
        try (CsmDecoder decoder = load(Precision.INT8, 64);
                CsmSession session = decoder.open()) {
            int[] past = sequence(3 * CODEBOOKS + 3);
            float[] expected = last(decoder, session, past);
            assertThat(last(decoder, session, past)).isEqualTo(expected);
            for (int changed : new int[] {0, TEXT, TEXT + CODEBOOKS - 1, past.length - 3, past.length - 1}) {
                int[] other = past.clone();
                other[changed] = changed < TEXT ? config.inputToken(3) : (past[changed] + 1) % CODES;
                assertThat(last(decoder, session, other))
                        .as("token %s", changed)
                        .isNotEqualTo(expected);
            }
        }
    }

    /** The shared loop speaks: the same codes with and without drafts, and a pass of the backbone for every frame. */
    @Test
    void theLoopGivesTheSameCodesInFewerPasses() {
        int[] prompt = sequence(0);
        int frames = 10;
        try (CsmDecoder decoder = load(Precision.INT8, 64)) {
            int[] plain = new int[frames * CODEBOOKS];
            CsmSession undrafted = decoder.open();
            generate(decoder, undrafted, prompt, plain, Drafter.none());
            assertThat(undrafted.backbonePasses()).isEqualTo(frames);
            assertThat(undrafted.depthPasses()).isEqualTo((CODEBOOKS - 1L) * frames);

            // Right but for every seventh code.
            int[] guesses = plain.clone();
            for (int i = 0; i < guesses.length; i += 7) {
                guesses[i] = (guesses[i] + 1) % CODES;
            }
            int[] speculated = new int[plain.length];
            CsmSession drafted = decoder.open();
            generate(decoder, drafted, prompt, speculated, new GroupDrafter(guesses));
            assertThat(speculated).isEqualTo(plain);
            assertThat(drafted.backbonePasses()).isEqualTo(frames);
            assertThat(drafted.depthPasses()).isLessThan(3L * frames);
        }
    }

    /** Code 0 costs a pass of the backbone, and all others together one of the depth decoder, the last one included. */
    @Test
    void aFrameThatIsGuessedRightTakesOnePassOfEitherDecoder() {
        int[] prompt = sequence(0);
        int frames = 4;
        try (CsmDecoder decoder = load(Precision.INT8, 64)) {
            int[] plain = new int[frames * CODEBOOKS];
            generate(decoder, decoder.open(), prompt, plain, Drafter.none());
            CsmSession session = decoder.open();
            Drafter right = new GroupDrafter(plain);
            Drafter knowsFirstCode = new Drafter() {
                @Override
                public String name() {
                    return right.name();
                }

                @Override
                public TokenTree draft(TokenHistory history, int budget) {
                    boolean inFrame = (history.size() - history.promptLength()) % CODEBOOKS > 0;
                    return inFrame ? right.draft(history, budget) : new TokenTree(history.last());
                }
            };
            int[] codes = new int[plain.length];
            generate(decoder, session, prompt, codes, knowsFirstCode);
            assertThat(codes).isEqualTo(plain);
            assertThat(session.backbonePasses()).isEqualTo(frames);
            assertThat(session.depthPasses()).isEqualTo(frames);
        }
    }

    /** What the backbone's own head makes of it are the logits of codebook 0. */
    @Test
    void tellsTheBackbonesHiddenStateOfTheFrameUnderWay() {
        RandomWeights weights = new RandomWeights();
        int width = config.backbone().hiddenSize();
        float[] head = new float[CODES * width];
        weights.tensor("lm_head.weight", CODES, width).read(0, head, 0, head.length);
        int[] prompt = sequence(CODEBOOKS + 2);
        try (CsmDecoder decoder = load(Precision.FLOAT32, 64);
                CsmSession session = decoder.open()) {
            session.append(Arrays.copyOf(prompt, TEXT + CODEBOOKS - 1));
            assertThat(session.hidden()).isNull();
            float[] logits =
                    score(decoder, session, chain(prompt[TEXT + CODEBOOKS - 1])).logits(TokenTree.ROOT);
            session.commit(new int[] {TokenTree.ROOT});
            float[] hidden = session.hidden();
            for (int code = 0; code < CODES; code++) {
                double sum = 0;
                for (int i = 0; i < width; i++) {
                    sum += head[code * width + i] * hidden[i];
                }
                assertThat(sum).isCloseTo(logits[code], within(1e-4));
            }
            score(decoder, session, chain(prompt[TEXT + CODEBOOKS]));
            session.commit(new int[] {TokenTree.ROOT});
            assertThat(session.hidden()).isEqualTo(hidden);
        }
    }

    @Test
    void timesPassesOfTheDepthDecoder() {
        try (CsmDecoder decoder = load(Precision.INT8, 64)) {
            PassCost cost = decoder.depthPassCost();
            assertThat(cost.maximumRows()).isEqualTo(CODEBOOKS - 1);
            assertThat(cost.seconds(CODEBOOKS - 1)).isGreaterThanOrEqualTo(cost.seconds(1));
        }
    }

    /** As they are where threads try out what suits them, and as tests of the shape alone want them. */
    @Test
    void theDepthDecoderScoresSequencesWithoutAFirstRow() {
        LlamaWeights weights = new RandomWeights();
        LlamaArchive archive =
                new LlamaArchive(config.depth(), weights, new CsmDepthEnds(config, weights), Precision.INT8, 64);
        TokenTree tree = new TokenTree(0);
        for (int i = 1; i < 40; i++) {
            tree.add(TokenTree.ROOT, 0, 1, "test");
        }
        try (LlamaDecoder depth = LlamaDecoder.load(archive);
                LlamaSession given = LlamaSession.of(depth.open(), depth);
                Target.Session first = depth.open();
                Target.Session second = depth.open()) {
            depth.settle(0);
            float[] start = new float[config.depth().hiddenSize()];
            Arrays.fill(start, 1);
            given.startFrom(start);
            float[] logits =
                    depth.score(List.of(new Target.Step(first, tree))).get(0).logits(TokenTree.ROOT);
            first.commit(new int[0]);
            depth.score(List.of(new Target.Step(given, tree))); // leaves what was given in the same rows
            List<Target.Scores> both =
                    depth.score(List.of(new Target.Step(first, tree), new Target.Step(second, tree)));
            assertThat(both.get(0).logits(TokenTree.ROOT)).isEqualTo(logits);
            assertThat(both.get(1).logits(TokenTree.ROOT)).isEqualTo(logits);
        }
    }

    @Test
    void wrongUseIsRefusedBeforeAnythingRuns() {
        try (CsmDecoder decoder = load(Precision.INT8, 4);
                CsmSession session = decoder.open()) {
            assertRefused(() -> session.append(new int[] {1}), "begins with text");
            assertRefused(() -> score(decoder, session, new TokenTree(1)), "begins with text");
            int text = config.inputToken(7);
            assertRefused(() -> session.append(new int[] {text, 1, 2, text}), "text token 7 stands inside a frame");
            assertRefused(() -> session.append(new int[] {config.inputTokens()}), "not in a vocabulary");
            assertRefused(() -> session.append(new int[] {text, text, text, text, text}), "capacity is 4");
            session.append(new int[] {text, text, 1, 2, 3});
            assertThat(session.length()).isEqualTo(5);
            assertRefused(() -> score(decoder, session, new TokenTree(text)), "stands inside a frame");
            TokenTree long3 = chain(4, 5, 6);
            assertRefused(() -> score(decoder, session, long3), "before a frame's last codebook");
            assertRefused(() -> score(decoder, session, chain(4, CODES)), "no code of a codebook");
            assertRefused(() -> session.commit(new int[] {0}), "not a path");
            score(decoder, session, chain(4, 5));
            assertRefused(() -> session.commit(new int[] {1}), "not a path");
            assertRefused(() -> session.commit(new int[] {0, 0}), "not a path");
            assertRefused(() -> session.commit(new int[] {0, 2}), "not a path");
            session.commit(new int[] {0, 1});
            assertThat(session.length()).isEqualTo(7);
            score(decoder, session, chain(6));
            session.commit(new int[] {0});
            session.append(new int[] {1, 2, 3, 4, 5});
            score(decoder, session, chain(6));
            session.commit(new int[] {0});
            session.append(new int[] {1, 2, 3, 4, 5});
            assertRefused(() -> score(decoder, session, chain(6)), "no room");
            assertRefused(() -> session.truncate(100), "cannot truncate");
        }
    }

    private CsmDecoder load(Precision precision, int capacity) {
        return CsmDecoder.load(config, new RandomWeights(), precision, capacity);
    }

    /** A text and so many codes. */
    private int[] sequence(int codes) {
        int[] sequence = new int[TEXT + codes];
        Arrays.setAll(
                sequence,
                i -> i < TEXT
                        ? config.inputToken(4 + random.nextInt(config.backbone().vocabularySize() - 4))
                        : random.nextInt(CODES));
        return sequence;
    }

    private static float[] last(CsmDecoder decoder, CsmSession session, int[] sequence) {
        session.truncate(0);
        session.append(Arrays.copyOf(sequence, sequence.length - 1));
        return score(decoder, session, new TokenTree(sequence[sequence.length - 1]))
                .logits(TokenTree.ROOT);
    }

    private static Target.Scores score(CsmDecoder decoder, CsmSession session, TokenTree tree) {
        return decoder.score(List.of(new Target.Step(session, tree))).get(0);
    }

    private static TokenTree chain(int... tokens) {
        TokenTree chain = new TokenTree(tokens[0]);
        for (int i = 1; i < tokens.length; i++) {
            chain.add(i - 1, tokens[i], 1, "test");
        }
        return chain;
    }

    private static void assertRefused(Runnable action, String message) {
        assertThatThrownBy(action::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static void generate(CsmDecoder decoder, CsmSession session, int[] prompt, int[] codes, Drafter drafter) {
        int[] count = {0};
        try (Sequence sequence = new Sequence(
                prompt,
                session,
                drafter,
                BudgetController.fixed(CODEBOOKS),
                new ExactVerifier(),
                new LogitsPipeline(SAMPLING),
                new CounterRandom(7),
                (token, source, logits) -> {
                    codes[count[0]++] = token;
                    return true;
                },
                codes.length)) {
            new DecodingLoop(decoder).run(List.of(sequence));
        }
        assertThat(count[0]).isEqualTo(codes.length);
    }

    /** Proposes what it is told, up to the end of the frame. */
    @SuppressWarnings("ArrayRecordComponent")
    private record GroupDrafter(int[] guesses) implements Drafter {
        @Override
        public String name() {
            return "group";
        }

        @Override
        public TokenTree draft(TokenHistory history, int budget) {
            int codes = history.size() - history.promptLength();
            TokenTree chain = new TokenTree(history.last());
            for (int i = 0; i < Math.min(budget, draftable(codes)); i++) {
                chain.add(i, guesses[codes + i], 1, name());
            }
            return chain;
        }
    }

    /** The longest draft after so many codes: to the frame's last code but one. */
    private static int draftable(int codes) {
        return CODEBOOKS - 1 - codes % CODEBOOKS;
    }

    // ---- exactness

    private void scoreOneByOne(CsmDecoder decoder, int codes) {
        for (int i = 0; i < SEQUENCES; i++) {
            tokens[i] = sequence(codes);
            alone[i] = new float[tokens[i].length][];
            try (CsmSession session = decoder.open()) {
                for (int t = 0; t < tokens[i].length; t++) {
                    alone[i][t] =
                            score(decoder, session, new TokenTree(tokens[i][t])).logits(TokenTree.ROOT);
                    session.commit(new int[] {TokenTree.ROOT});
                }
            }
        }
    }

    private int randomPass(CsmDecoder decoder, List<CsmSession> sessions) {
        List<Target.Step> steps = new ArrayList<>();
        List<int[]> paths = new ArrayList<>();
        List<Integer> sequences = new ArrayList<>();
        for (int i = 0; i < SEQUENCES; i++) {
            CsmSession session = sessions.get(i);
            if (random.nextInt(4) == 0) {
                continue;
            }
            int back = random.nextInt(16);
            if (back == 0 || session.length() == tokens[i].length) {
                session.truncate(random.nextInt(session.length() + 1));
            } else if (back == 1) {
                session.truncate(Math.max(0, session.length() - random.nextInt(9)));
            }
            if (random.nextInt(8) == 0) {
                int end = Math.min(tokens[i].length, session.length() + random.nextInt(20));
                session.append(Arrays.copyOfRange(tokens[i], session.length(), end));
            }
            if (session.length() == tokens[i].length) {
                continue;
            }
            TokenTree tree = new TokenTree(tokens[i][session.length()]);
            paths.add(grow(tree, i, session.length()));
            int from = 0;
            if (tree.size() > 1 && random.nextInt(3) == 0) {
                from = 1 + random.nextInt(tree.size() - 1);
                score(decoder, session, prefix(tree, from));
            }
            steps.add(new Target.Step(session, tree, from));
            sequences.add(i);
        }
        List<Target.Scores> scores = decoder.score(steps);
        int compared = 0;
        for (int s = 0; s < steps.size(); s++) {
            Target.Session session = steps.get(s).session();
            int[] path = paths.get(s);
            for (int depth = 0; depth < path.length; depth++) {
                if (path[depth] >= steps.get(s).from()) {
                    assertThat(scores.get(s).logits(path[depth]))
                            .isEqualTo(alone[sequences.get(s)][session.length() + depth]);
                    compared++;
                }
            }
            session.commit(Arrays.copyOf(path, random.nextInt(path.length + 1)));
        }
        return compared;
    }

    /** Adds the frame's next codes to a tree, with wrong drafts around them; returns the path of the right ones. */
    private int[] grow(TokenTree tree, int sequence, int root) {
        int room = root < TEXT - 1 ? 0 : draftable(root - TEXT + 1);
        room = Math.min(room, tokens[sequence].length - root - 1);
        int right = room == 0 ? 0 : random.nextInt(room + 1);
        int[] path = new int[right + 1];
        for (int depth = 1; depth <= right; depth++) {
            addWrong(tree, random.nextInt(2), room);
            path[depth] = tree.add(path[depth - 1], tokens[sequence][root + depth], 1, "right");
        }
        addWrong(tree, random.nextInt(4), room);
        return path;
    }

    private void addWrong(TokenTree tree, int count, int room) {
        for (int i = 0; i < count; i++) {
            int parent = random.nextInt(tree.size());
            if (tree.depth(parent) < room) {
                tree.add(parent, random.nextInt(CODES), 1, "wrong");
            }
        }
    }

    private static TokenTree prefix(TokenTree tree, int size) {
        TokenTree prefix = new TokenTree(tree.token(TokenTree.ROOT));
        for (int node = 1; node < size; node++) {
            prefix.add(tree.parent(node), tree.token(node), tree.confidence(node), tree.source(node));
        }
        return prefix;
    }
}
