package io.triptych.text.draft;

import io.triptych.sampling.Categorical;
import io.triptych.sampling.CounterRandom;
import io.triptych.sampling.SamplingParameters;
import io.triptych.speculation.Contract;
import io.triptych.speculation.LogitsPipeline;
import io.triptych.speculation.PassCost;
import io.triptych.speculation.Target;
import io.triptych.speculation.TargetDistribution;
import io.triptych.speculation.TokenHistory;
import io.triptych.speculation.TokenTree;
import java.util.Arrays;
import java.util.List;

/**
 * A small model that scores nodes of the growing tree, many in one pass, and proposes what it thinks may follow them:
 * the tree of OPT-Tree (Wang et al., 2024) and DySpec (Xiong et al., 2024), grown from its most probable nodes.
 *
 * <p>Under {@code exact} it ranks by its logits plus the target's own noise: the closer its logits are to the target's,
 * the more often both take the same token. Under {@code distribution} it draws, without replacement, from its own
 * processed distribution, and how many is settled before the first draw, as the rejection rules ask.
 */
final class DraftModelSource implements CandidateSource, AutoCloseable {
    static final String NAME = "draft-model";

    /** How far its logits are from the target's: the scale of a Gumbel-like error. */
    private static final double ERROR = 0.9;

    private static final int RANKED_WITH_NOISE = 32;
    private static final int RANKED = 8;
    private static final int PROPOSED = 3;
    private static final int MOST_DRAWN = 4;

    /** Longer arrears are caught up with in a pass of their own. */
    private static final int LONGEST_LEAD = 16;

    /**
     * The tokens that the model begins with when it has missed more, or has no room left: so small a model gains little
     * from a longer context, and a long prompt must not cost it much.
     */
    private static final int RECENT = 64;

    /** The most rows that a draft can ask for: lead and tree. */
    private static final int ROOM = LONGEST_LEAD + CandidateTree.CAPACITY;

    private static final int UNSCORED = -1;

    private final Target model;
    private final PassCost cost;
    private final TokenNoise noise;
    private final CounterRandom random;
    private final boolean draws;
    private final boolean onlyTemperature;
    private final double unit;
    private final double scale;
    private final LogitsPipeline pipeline;
    private final TopTokens best;
    private final double[] ranks;

    private Target.Session session;
    private TokenHistory history;

    /** Where in the history the session begins. */
    private int cachedFrom;

    /**
     * What the model scores: its arrears, which end in the root of the draft, then nodes of the draft. {@code paths} is
     * the same without the arrears, so its node {@code n} is node {@code lead + n} there.
     */
    private TokenTree step;

    private TokenTree paths;
    private int lead;
    private Target.Scores scores;
    private int firstOfLastPass;
    private TargetDistribution processed;
    private final int[] nodeInPaths = new int[CandidateTree.CAPACITY];

    /** @param cost of the model's passes, shared by all its sources */
    DraftModelSource(Target model, PassCost cost, TokenNoise noise, DraftContext context) {
        SamplingParameters sampling = context.sampling();
        double temperature = sampling.temperature();
        this.model = model;
        this.cost = cost;
        this.noise = noise;
        random = context.random();
        draws = context.contract() == Contract.DISTRIBUTION && temperature > 0;
        onlyTemperature = sampling.equals(SamplingParameters.ofTemperature(temperature));
        unit = temperature > 0 ? temperature : 1;
        scale = Math.max(temperature, ERROR);
        pipeline = new LogitsPipeline(temperature > 0 ? sampling : greedyRanking(sampling));
        int ranked = Math.min(noise.present() ? RANKED_WITH_NOISE : RANKED, model.vocabularySize());
        best = new TopTokens(ranked);
        ranks = new double[ranked];
    }

    /** At temperature 0 the order of all tokens is asked for, not the first alone. */
    private static SamplingParameters greedyRanking(SamplingParameters sampling) {
        return new SamplingParameters(
                sampling.logitBias(),
                sampling.repetitionPenalty(),
                sampling.frequencyPenalty(),
                sampling.presencePenalty(),
                1,
                0,
                0,
                1);
    }

    @Override
    public String name() {
        return NAME;
    }

    /** What it ranks, and what it draws by place among the siblings. */
    @Override
    public int kinds() {
        return 1 + MOST_DRAWN;
    }

    /** Whether candidates are drawn from a proposal and may not be dropped. */
    boolean draws() {
        return draws;
    }

    @Override
    public void begin(TokenHistory current) {
        history = current;
        step = null;
        Arrays.fill(nodeInPaths, UNSCORED);
    }

    /** Whether the model can hold what it needs of any sequence. */
    boolean hasRoom() {
        return model.capacity() >= RECENT + ROOM;
    }

    /** What scoring so many nodes takes, in seconds; to catch up with a long prompt not counted. */
    double seconds(int nodes) {
        int lead = step == null ? Math.min(LONGEST_LEAD, history.size() - 1 - cached()) : 0;
        return cost.seconds(lead + nodes);
    }

    private int cached() {
        return session == null ? 0 : cachedFrom + session.length();
    }

    boolean scored(int node) {
        return nodeInPaths[node] != UNSCORED;
    }

    /** Whether the last pass scored a node: the logits of earlier ones are gone. */
    boolean readable(int node) {
        return scored(node) && nodeInPaths[node] >= firstOfLastPass;
    }

    /** Scores nodes in one pass: first the root, later others whose parents are scored or stand before them. */
    void score(CandidateTree tree, int[] nodes, int count) {
        int from = 0;
        firstOfLastPass = step == null ? 0 : paths.size();
        if (step == null) {
            catchUp();
        } else {
            from = step.size();
        }
        for (int i = 0; i < count; i++) {
            int node = nodes[i];
            if (node == CandidateTree.ROOT) {
                nodeInPaths[node] = TokenTree.ROOT;
            } else {
                int parent = nodeInPaths[tree.parent(node)];
                nodeInPaths[node] = paths.add(parent, tree.token(node), 1, NAME);
                step.add(lead + parent, tree.token(node), 1, NAME);
            }
        }
        long begin = System.nanoTime();
        scores = model.score(List.of(new Target.Step(session, step, from))).get(0);
        cost.observe(step.size() - from, (System.nanoTime() - begin) / 1e9);
        if (!onlyTemperature || draws) {
            processed = pipeline.along(history, paths, node -> scores.logits(lead + node));
        }
    }

    private void catchUp() {
        if (session == null) {
            session = model.open();
        }
        int last = history.size() - 1;
        if (last - cached() > RECENT || session.length() + last - cached() > model.capacity() - ROOM) {
            session.truncate(0);
            cachedFrom = Math.max(0, last - RECENT);
        }
        if (last - cached() > LONGEST_LEAD) {
            session.append(history.slice(cached(), last));
        }
        lead = last - cached();
        step = new TokenTree(history.get(cached()));
        for (int i = 1; i <= lead; i++) {
            step.add(i - 1, history.get(cached() + i), 1, NAME);
        }
        paths = new TokenTree(history.last());
    }

    /** Proposes what follows a readable node, and says what the model thinks of other sources' candidates there. */
    @Override
    public void propose(CandidateTree tree, int node, int source) {
        float[] logits = logitsAfter(node);
        int position = tree.positionAfter(node);
        best.select(logits);
        double sum = 0;
        for (int rank = 0; rank < best.size(); rank++) {
            double weight = (best.value(rank) - best.value(0)) / scale;
            sum += Math.exp(weight);
            ranks[rank] = weight + noise.ofLogProbability(position, best.token(rank));
        }
        for (int c = tree.firstChild(node); c != CandidateTree.NONE; c = tree.nextSibling(c)) {
            double weight = (logits[tree.token(c)] - best.value(0)) / scale;
            tree.propose(node, tree.token(c), source, 0, Math.exp(weight) / sum, true);
        }
        for (int rank = 0; rank < Math.min(PROPOSED, best.size()); rank++) {
            double weight = (best.value(rank) - best.value(0)) / scale;
            tree.propose(node, best.token(rank), source, 0, Math.exp(weight) / sum, false);
            ranks[rank] = Double.NEGATIVE_INFINITY;
        }
        for (int proposed = 0; noise.present() && proposed < PROPOSED; proposed++) {
            int rank = largest(ranks);
            double weight = (best.value(rank) - best.value(0)) / scale;
            tree.propose(node, best.token(rank), source, 0, Math.exp(weight) / sum, true);
            ranks[rank] = Double.NEGATIVE_INFINITY;
        }
    }

    private static int largest(double[] values) {
        int largest = 0;
        for (int i = 1; i < values.length; i++) {
            largest = values[i] > values[largest] ? i : largest;
        }
        return largest;
    }

    /** In the unit of raw logits, whatever the processors made of them. */
    private float[] logitsAfter(int node) {
        if (onlyTemperature) {
            return scores.logits(lead + nodeInPaths[node]);
        }
        Categorical distribution = processed.after(nodeInPaths[node]);
        float[] logits = new float[distribution.size()];
        for (int token = 0; token < logits.length; token++) {
            logits[token] = (float) (unit * distribution.logWeight(token));
        }
        return logits;
    }

    /**
     * Draws candidates after a readable node, without replacement.
     *
     * @param least the path probability below which a candidate is not worth a row; decides how many are drawn
     * @param room the most to draw
     */
    void draw(CandidateTree tree, int node, int source, double least, int room) {
        double[] proposal = processed.after(nodeInPaths[node]).probabilities();
        double confidence = Arrays.stream(proposal).max().orElseThrow();
        int count = 0;
        while (count < Math.min(MOST_DRAWN, room)
                && tree.path(node) * tree.estimate(source, 1 + count, confidence) > least) {
            count++;
        }
        double left = 1;
        boolean[] drawn = new boolean[proposal.length];
        for (int trial = 0; trial < count && left > 1e-9; trial++) {
            double uniform =
                    random.uniform(CounterRandom.Stream.DRAFT, tree.positionAfter(node), node * MOST_DRAWN + trial);
            int token = at(proposal, drawn, uniform * left);
            drawn[token] = true;
            left -= proposal[token];
            tree.draw(node, token, source, 1 + trial, confidence, proposal);
        }
    }

    /** The token at which the running sum of what is not drawn yet exceeds a value. */
    private static int at(double[] proposal, boolean[] drawn, double value) {
        double sum = 0;
        int last = -1;
        for (int token = 0; token < proposal.length; token++) {
            if (!drawn[token] && proposal[token] > 0) {
                sum += proposal[token];
                last = token;
                if (sum > value) {
                    return token;
                }
            }
        }
        return last;
    }

    /**
     * Keeps in the cache what was scored of the tokens that did follow the root, but for the last of them, which is the
     * root of the next draft.
     */
    void commit(CandidateTree tree, int[] followed) {
        if (step == null) {
            return;
        }
        int[] kept = new int[lead + 1 + followed.length];
        int count = 0;
        while (count <= lead) {
            kept[count] = count;
            count++;
        }
        int node = CandidateTree.ROOT;
        for (int i = 0; i < followed.length - 1; i++) {
            node = tree.child(node, followed[i]);
            if (node == CandidateTree.NONE || !scored(node)) {
                break;
            }
            kept[count++] = lead + nodeInPaths[node];
        }
        session.commit(Arrays.copyOf(kept, count));
        step = null;
    }

    @Override
    public void close() {
        if (session != null) {
            session.close();
        }
    }
}
