package io.triptych.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import io.triptych.speculation.Target;
import io.triptych.speculation.TokenTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A row's logits are the same bits in plain single steps and in whatever else a pass may be: prompts cached in pieces,
 * trees with wrong drafts before, between and after the right ones, trees scored in parts, several sequences at once, in
 * lanes and not, beside prompts.
 */
class DecoderExactnessTest {
    private static final int SEQUENCES = 4;

    private final LlamaConfig config = RandomWeights.config(512, 384, 1024, 3, 6, 2, 64, false, false, true);
    private final Random random = new Random(11);
    private final int[][] tokens = new int[SEQUENCES][];
    private final float[][][] alone = new float[SEQUENCES][500][];

    @ParameterizedTest
    @EnumSource(Precision.class)
    void noRowDiffersInAnyBit(Precision precision) {
        LlamaArchive archive = new LlamaArchive(config, new RandomWeights(), precision, 1024);
        assertThat(differingRows(archive, 500)).isZero();
    }

    /** The head that draws has a layer more, with biases. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void noRowThatDrawsDiffersInAnyBit(Precision precision) {
        JanusConfig janus = RandomWeights.janus(config, 700);
        LlamaArchive archive = new LlamaArchive(janus, new RandomWeights(), precision, 1024);
        assertThat(differingRows(archive, 200)).isZero();
    }

    /** What the test finds in ordinary attention: nothing on a grid, sums rounded in the order of the cache. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void rowsDifferInOrdinaryAttention(Precision precision) {
        LlamaArchive ordinary = new LlamaArchive(config, new RandomWeights(), precision, 1024) {
            @Override
            String program() {
                return super.program()
                        .replace("qk = torch.sub_(torch.add_(qk, anchor), anchor)", "")
                        .replaceAll("v = torch.sub_.*\\n", "\n")
                        .replaceAll("e = torch.sub_\\(s.*\\n", "e = torch.softmax(s, -1)\n")
                        .replaceAll("e = torch.to\\(torch.round_.*\\n", "\n")
                        .replace("e = (self).multipliers(e, total)", "")
                        .replace("torch.bmm(weights, w)", "torch.bmm(weights, torch.to(w, 6))")
                        .replace("(self).mean(sum, total)", "sum");
            }
        };
        assertThat(differingRows(ordinary, 150)).isGreaterThan(100);
    }

    private int differingRows(LlamaArchive archive, int length) {
        int differing = 0;
        try (LlamaDecoder decoder = LlamaDecoder.load(archive)) {
            for (int i = 0; i < SEQUENCES; i++) {
                tokens[i] = random.ints(length, 0, archive.ends().inputTokens()).toArray();
            }
            scoreOneByOne(decoder, length);
            List<Target.Session> sessions = new ArrayList<>();
            for (int i = 0; i < SEQUENCES; i++) {
                sessions.add(decoder.open());
            }
            while (sessions.stream().anyMatch(s -> s.length() < length)) {
                differing += randomPass(decoder, sessions, length);
            }
            sessions.forEach(Target.Session::close);
        }
        return differing;
    }

    private void scoreOneByOne(LlamaDecoder decoder, int length) {
        for (int i = 0; i < SEQUENCES; i++) {
            try (Target.Session session = decoder.open()) {
                for (int t = 0; t < length; t++) {
                    TokenTree root = new TokenTree(tokens[i][t]);
                    alone[i][t] = decoder.score(List.of(new Target.Step(session, root)))
                            .get(0)
                            .logits(TokenTree.ROOT);
                    session.commit(new int[] {TokenTree.ROOT});
                }
            }
        }
    }

    /** Moves some of the sequences forward by one pass, in one of the ways there are; counts their differing rows. */
    private int randomPass(LlamaDecoder decoder, List<Target.Session> sessions, int length) {
        decoder.settle(random.nextInt(3));
        List<Target.Step> steps = new ArrayList<>();
        List<Target.Prompt> prompts = new ArrayList<>();
        List<int[]> paths = new ArrayList<>();
        List<Integer> sequences = new ArrayList<>();
        for (int i = 0; i < SEQUENCES; i++) {
            Target.Session session = sessions.get(i);
            int left = length - session.length();
            if (left == 0 || random.nextInt(3) == 0) {
                continue;
            }
            if (random.nextInt(12) == 0) {
                session.truncate(session.length() - random.nextInt(Math.min(20, session.length() + 1)));
            }
            if (random.nextInt(8) == 0) {
                int count = Math.min(left, 1 + random.nextInt(3 * length / 5));
                int[] part = Arrays.copyOfRange(tokens[i], session.length(), session.length() + count);
                if (random.nextBoolean()) {
                    session.append(part);
                } else {
                    prompts.add(new Target.Prompt(session, part));
                }
                continue;
            }
            int right = Math.min(left, random.nextInt(3) == 0 ? 1 : 1 + random.nextInt(20));
            TokenTree tree = new TokenTree(tokens[i][session.length()]);
            paths.add(grow(tree, i, session.length(), right));
            int from = 0;
            if (tree.size() > 2 && random.nextInt(4) == 0) {
                from = 1 + random.nextInt(tree.size() - 1);
                decoder.score(List.of(new Target.Step(session, prefix(tree, from))));
            }
            steps.add(new Target.Step(session, tree, from));
            sequences.add(i);
        }
        List<Target.Scores> scores = decoder.score(steps, prompts);
        int differing = 0;
        for (int s = 0; s < steps.size(); s++) {
            Target.Session session = steps.get(s).session();
            int[] path = paths.get(s);
            for (int depth = 0; depth < path.length; depth++) {
                if (path[depth] >= steps.get(s).from()) {
                    float[] expected = alone[sequences.get(s)][session.length() + depth];
                    differing += Arrays.equals(expected, scores.get(s).logits(path[depth])) ? 0 : 1;
                }
            }
            session.commit(Arrays.copyOf(path, 1 + random.nextInt(path.length)));
        }
        return differing;
    }

    /** Adds the sequence's next tokens to a tree, with wrong drafts around them; returns the path of the right ones. */
    private int[] grow(TokenTree tree, int sequence, int position, int right) {
        int[] path = new int[right];
        for (int depth = 1; depth < right; depth++) {
            addWrong(tree, random.nextInt(3));
            path[depth] = tree.add(path[depth - 1], tokens[sequence][position + depth], 1, "right");
        }
        addWrong(tree, random.nextInt(8));
        return path;
    }

    private void addWrong(TokenTree tree, int count) {
        for (int i = 0; i < count; i++) {
            tree.add(random.nextInt(tree.size()), random.nextInt(config.vocabularySize()), 1, "wrong");
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
