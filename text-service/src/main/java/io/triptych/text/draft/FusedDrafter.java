package io.triptych.text.draft;

import io.triptych.speculation.AcceptanceEstimate;
import io.triptych.speculation.Drafter;
import io.triptych.speculation.PassCost;
import io.triptych.speculation.ProbingGate;
import io.triptych.speculation.Target;
import io.triptych.speculation.TargetDistribution;
import io.triptych.speculation.TokenHistory;
import io.triptych.speculation.TokenRate;
import io.triptych.speculation.TokenTree;
import io.triptych.speculation.Trust;
import io.triptych.speculation.TypicalValue;
import io.triptych.speculation.Verdict;
import java.util.Arrays;
import java.util.List;

/**
 * Grows one tree from everything that its sources know, always from the most probable node, and drafts the best of it.
 * Retrieving sources are asked first, being nearly free. The draft model then scores the nodes that matter, theirs and
 * its own, as long as a pass of it brings more than its time is worth: what they found right it confirms many tokens
 * deep in one pass, and where they are wrong it knows better.
 *
 * <p>Probabilities are calibrated ({@link AcceptanceEstimate}), for each source and for what they say together; time is
 * valued at the rate the sequence reaches ({@link TokenRate}).
 */
final class FusedDrafter implements Drafter {
    /** What the model scores in one pass: so many nodes, of at least this path probability. */
    private static final int MOST_SCORED = 16;

    private static final double LEAST_SCORED = 0.1;

    /** Room that asking about one node may take. */
    private static final int MOST_CHILDREN = 32;

    /** What the model may lose before it is left out, in plain steps of the target. */
    private static final double CREDIT_IN_PASSES = 0.25;

    private static final double GAIN_SHARE = 0.1;

    private final String name;
    private final String[] names;
    private final CandidateSource[] sources;
    private final DraftModelSource model;
    private final int numberOfModel;
    private final PassCost targetCost;
    private final CandidateTree tree;
    private final TokenRate rate;
    private final Trust trust = new Trust();

    /** Whether the model pays in this request, and in requests like it: to read a prompt takes it some passes' time. */
    private final ProbingGate modelPays;

    private final ProbingGate modelPaysInRequests;
    private final boolean modelUsed;

    /** What the model's part of a draft takes over what its passes should. */
    private final TypicalValue modelOverhead = new TypicalValue();

    private double gainOfScoring = 0.4;
    private boolean modelAsked;
    private double gainOfModel; // in seconds, what it took subtracted

    private int base;
    private boolean drafted;
    private int modelPasses;
    private double modelPromised; // what these should take, in seconds
    private double modelSeconds; // what they take
    private double least;
    private final boolean[] expanded = new boolean[CandidateTree.CAPACITY];
    private final boolean[] read = new boolean[CandidateTree.CAPACITY];
    private final boolean[] wanted = new boolean[CandidateTree.CAPACITY];
    private final int[] chosen = new int[MOST_SCORED];

    /**
     * @param sources in the order in which they were asked for; the draft model, if any, among them
     * @param estimates one for each source
     * @param mixer of as many sources
     * @param outcome of what is made of their candidates, by the number of proposers
     * @param modelPaysInRequests whether requests like this one gained by the draft model; asked if there are other sources
     */
    FusedDrafter(
            List<CandidateSource> sources,
            AcceptanceEstimate[] estimates,
            OpinionMixer mixer,
            AcceptanceEstimate outcome,
            TokenNoise noise,
            PassCost targetCost,
            ProbingGate modelPaysInRequests) {
        this.sources = sources.toArray(CandidateSource[]::new);
        this.names = sources.stream().map(CandidateSource::name).toArray(String[]::new);
        this.name = String.join("+", names);
        this.model = sources.stream()
                .filter(DraftModelSource.class::isInstance)
                .map(DraftModelSource.class::cast)
                .findFirst()
                .orElse(null);
        this.numberOfModel = sources.indexOf(model);
        this.tree = new CandidateTree(estimates, mixer, outcome, noise);
        this.targetCost = targetCost;
        this.rate = new TokenRate(targetCost);
        this.modelPays = new ProbingGate(CREDIT_IN_PASSES * targetCost.seconds(1));
        this.modelPaysInRequests = modelPaysInRequests;
        this.modelUsed = model != null && model.hasRoom() && (sources.size() == 1 || modelPaysInRequests.open());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public TokenTree draft(TokenHistory history, int budget) {
        drafted = true;
        modelPasses = 0;
        modelPromised = 0;
        modelSeconds = 0;
        base = history.size();
        least = rate.tokensPerSecond() * secondsPerRow();
        tree.reset(history.last(), base, least);
        Arrays.fill(expanded, false);
        Arrays.fill(read, false);
        for (CandidateSource source : sources) {
            source.begin(history);
        }
        boolean askModel = modelUsed && modelPays.open();
        if (askModel && model.draws()) {
            drawWithModel(budget);
        } else {
            expand();
            if (askModel) {
                scoreWithModel();
            }
        }
        return tree.best(budget, names);
    }

    @Override
    public void observe(
            TokenHistory history, TokenTree scored, Target.Scores scores, TargetDistribution target, Verdict verdict) {
        for (CandidateSource source : sources) {
            source.observe(history, scored, scores, verdict);
        }
        double seconds = targetCost.seconds(scored.size());
        if (drafted) {
            int[] followed = history.slice(base, history.size());
            tree.learn(followed);
            if (model != null) {
                model.commit(tree, followed);
            }
            seconds += modelSeconds;
            drafted = false;
        }
        rate.record(verdict.length(), seconds);
        trust.record(Trust.promise(scored), verdict.path().length);
    }

    @Override
    public void close() {
        if (model != null) {
            model.close();
        }
        if (modelAsked) {
            modelPaysInRequests.record(gainOfModel);
        }
    }

    /** Asks all who can answer at once what follows the most probable nodes: the model what it has just scored. */
    private void expand() {
        for (int node = bestToAsk(); node != CandidateTree.NONE; node = bestToAsk()) {
            if (!expanded[node]) {
                expanded[node] = true;
                follow(node);
                for (int s = 0; s < sources.length; s++) {
                    if (sources[s] != model) {
                        sources[s].propose(tree, node, s);
                    }
                }
            }
            if (unread(node)) {
                read[node] = true;
                model.propose(tree, node, numberOfModel);
            }
            tree.settle(node);
        }
    }

    private void follow(int node) {
        if (node != CandidateTree.ROOT) {
            for (CandidateSource source : sources) {
                source.follow(tree, node);
            }
        }
    }

    private int bestToAsk() {
        int best = CandidateTree.NONE;
        double highest = least;
        for (int node = 0; node < tree.size(); node++) {
            if (tree.path(node) > highest && (!expanded[node] || unread(node))) {
                highest = tree.path(node);
                best = node;
            }
        }
        return tree.size() < CandidateTree.CAPACITY - MOST_CHILDREN ? best : CandidateTree.NONE;
    }

    private boolean unread(int node) {
        return model != null && model.readable(node) && !read[node];
    }

    /** Lets the model score nodes pass by pass, each where the last one showed it to be worth most. */
    private void scoreWithModel() {
        long begin = System.nanoTime();
        double gain = 0;
        int count = chooseToScore();
        while (count > 0 && paysToScore(count)) {
            want();
            double weight = score(count);
            expand();
            double gained = gainOverWanted();
            gain += gained;
            learnGain(gained / weight);
            count = chooseToScore();
        }
        recordModel(gain, (System.nanoTime() - begin) / 1e9);
    }

    /** As {@link #scoreWithModel}, but what the model proposes is drawn, and stays. */
    private void drawWithModel(int budget) {
        long begin = System.nanoTime();
        chosen[0] = CandidateTree.ROOT;
        int count = 1;
        while (count > 0 && paysToScore(count)) {
            double weight = score(count);
            double before = hope();
            for (int i = 0; i < count; i++) {
                expanded[chosen[i]] = true;
                read[chosen[i]] = true;
                follow(chosen[i]);
                model.draw(tree, chosen[i], numberOfModel, least, budget + 1 - tree.size());
            }
            learnGain((hope() - before) / weight);
            count = tree.size() <= budget ? chooseToScore() : 0;
        }
        recordModel(hope(), (System.nanoTime() - begin) / 1e9);
        expand();
    }

    /** Whether scoring the chosen nodes is worth its time; the first pass of a draft always is if nobody else waits for it. */
    private boolean paysToScore(int count) {
        double worth = trust.factor() * gainOfScoring * weight(count) / rate.tokensPerSecond();
        boolean alone = targetCost.otherTokens() == 0;
        return alone && modelPasses == 0 || worth >= modelOverhead() * model.seconds(count);
    }

    /** Scores the chosen nodes and returns their weight. */
    private double score(int count) {
        double seconds = model.seconds(count);
        modelPasses++;
        modelPromised += seconds;
        modelSeconds += modelOverhead() * seconds;
        model.score(tree, chosen, count);
        return weight(count);
    }

    /** The probability that the chosen nodes are reached, summed. */
    private double weight(int count) {
        double weight = 0;
        for (int i = 0; i < count; i++) {
            weight += tree.path(chosen[i]);
        }
        return weight;
    }

    private double modelOverhead() {
        return Math.max(1, modelOverhead.value());
    }

    /** @param gained by a pass, in tokens for its weight; the first pass of a draft is made whatever it gains */
    private void learnGain(double gained) {
        if (modelPasses > 1) {
            gainOfScoring += GAIN_SHARE * (gained - gainOfScoring);
        }
    }

    /**
     * @param gain by the model, in tokens
     * @param taken what its passes took, the first time with reading the prompt
     */
    private void recordModel(double gain, double taken) {
        if (modelPasses == 0) {
            return;
        }
        double gainSeconds = trust.factor() * gain / rate.tokensPerSecond();
        modelPays.record(gainSeconds - modelSeconds);
        gainOfModel += gainSeconds - taken;
        if (modelAsked) {
            modelOverhead.observe(taken / modelPromised);
        }
        modelAsked = true;
    }

    /** The unscored nodes that matter most, parents before children. */
    private int chooseToScore() {
        int count = 0;
        for (int node = 0; node < tree.size(); node++) {
            boolean reachable = node == CandidateTree.ROOT || model.scored(tree.parent(node)) || picked(node, count);
            boolean matters = tree.path(node) > Math.max(LEAST_SCORED, least / 2);
            if (!model.scored(node) && reachable && matters && count < MOST_SCORED) {
                chosen[count++] = node;
            }
        }
        return count;
    }

    private boolean picked(int node, int count) {
        for (int i = 0; i < count; i++) {
            if (chosen[i] == tree.parent(node)) {
                return true;
            }
        }
        return false;
    }

    /** Marks the nodes that are worth their row as things stand. */
    private void want() {
        for (int node = 0; node < CandidateTree.CAPACITY; node++) {
            wanted[node] = node > 0 && node < tree.size() && tree.path(node) > least;
        }
    }

    /** What is known now is worth over what was wanted before, judged by what is known now. In tokens. */
    private double gainOverWanted() {
        double gain = 0;
        for (int node = 1; node < tree.size(); node++) {
            double worth = tree.path(node) - least;
            gain += Math.max(0, worth) - (wanted[node] ? worth : 0);
        }
        return gain;
    }

    /** What the tree is worth, in tokens. */
    private double hope() {
        double sum = 0;
        for (int node = 1; node < tree.size(); node++) {
            sum += tree.path(node) - least;
        }
        return sum;
    }

    private double secondsPerRow() {
        int most = Math.min(17, targetCost.maximumRows());
        return most == 1 ? 0 : (targetCost.seconds(most) - targetCost.seconds(1)) / (most - 1);
    }
}
