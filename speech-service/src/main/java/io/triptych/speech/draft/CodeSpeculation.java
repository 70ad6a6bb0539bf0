package io.triptych.speech.draft;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.decoder.CsmConfig;
import io.triptych.decoder.CsmDecoder;
import io.triptych.decoder.CsmSession;
import io.triptych.sampling.Randomness;
import io.triptych.speculation.AcceptanceEstimate;
import io.triptych.speculation.AcousticGroupVerifier;
import io.triptych.speculation.AcousticGroups;
import io.triptych.speculation.BudgetController;
import io.triptych.speculation.Contract;
import io.triptych.speculation.Drafter;
import io.triptych.speculation.ExactVerifier;
import io.triptych.speculation.GroupBudget;
import io.triptych.speculation.GroupDrafter;
import io.triptych.speculation.JacobiDrafter.Redraw;
import io.triptych.speculation.LogitsPipeline;
import io.triptych.speculation.MultiCandidateVerifier;
import io.triptych.speculation.MultiCandidateVerifier.Siblings;
import io.triptych.speculation.PassCost;
import io.triptych.speculation.Target;
import io.triptych.speculation.Verifier;
import io.triptych.speculation.WindowBudget;
import io.triptych.speculation.WindowInitialiser;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the codes of speech are speculated about with one checkpoint: what all requests share of it, and what each gets.
 * Belongs to the native thread.
 */
public final class CodeSpeculation implements Speculation {
    /** Group heads, for checkpoints that have them. */
    public static final String HEADS = "heads";

    /** The previous frame's rows, which need no training. */
    public static final String PREVIOUS = "previous";

    /** Codes that a group of those that sound alike holds beside the one in its middle. */
    private static final int NEIGHBOURS = 4;

    private final CsmConfig config;
    private final Optional<GroupHeads> heads;
    private final AcousticGroups[] alike;
    private final double relaxation;
    private final PassCost cost;
    private final Map<Way, AcceptanceEstimate> acceptance = new HashMap<>();

    /** What is learnt apart: of the same guesses some contracts accept more than others. */
    private record Way(String drafter, Contract contract) {}

    private CodeSpeculation(
            CsmConfig config, Optional<GroupHeads> heads, AcousticGroups[] alike, double relaxation, PassCost cost) {
        this.config = config;
        this.heads = heads;
        this.alike = alike;
        this.relaxation = relaxation;
        this.cost = cost;
    }

    /**
     * Reads the group heads, if the checkpoint has any, groups the codes that sound alike and times the depth decoder.
     *
     * @param vectors the codec's, by codebook and code
     * @param relaxation bound of the contract {@code relaxed}: how far the distribution of a code of the late codebooks
     *     may be moved, from 0 to 1
     * @throws CheckpointException if the heads do not fit the model
     */
    public static CodeSpeculation of(
            CheckpointDirectory checkpoint, CsmDecoder target, float[][][] vectors, double relaxation) {
        CsmConfig config = target.config();
        AcousticGroups[] alike = new AcousticGroups[config.codebooks()];
        for (int codebook = config.codebooks() / 2; codebook < config.codebooks(); codebook++) {
            alike[codebook] = AcousticGroups.of(vectors[codebook], config.codes(), NEIGHBOURS);
        }
        return new CodeSpeculation(
                config, GroupHeads.of(checkpoint, config), alike, relaxation, target.depthPassCost());
    }

    /** What passes inside frames take; the sizes of groups are chosen by it. */
    public PassCost cost() {
        return cost;
    }

    /** The drafters that a request may name; the first is taken if it names none. */
    public List<String> drafters() {
        return drafters(heads.isPresent());
    }

    /** The same of a checkpoint that has group heads or has none. */
    public static List<String> drafters(boolean heads) {
        return heads ? List.of(HEADS, PREVIOUS) : List.of(PREVIOUS);
    }

    /**
     * {@inheritDoc}
     *
     * @param name one of {@link #drafters}
     * @param session a {@link CsmSession}
     */
    @Override
    public Drafter drafter(
            String name,
            Contract contract,
            Target.Session session,
            LogitsPipeline pipeline,
            Randomness randomness,
            int length) {
        Redraw redraw = contract == Contract.EXACT ? Redraw.SHARED_NOISE : Redraw.COUPLED;
        WindowInitialiser initialiser =
                switch (name) {
                    case HEADS ->
                        new HeadsInitialiser(
                                heads.orElseThrow(), ((CsmSession) session)::hidden, pipeline, config.codebooks());
                    case PREVIOUS -> WindowInitialiser.previousFrame(config.codebooks());
                    default -> throw new IllegalArgumentException("no drafter " + name);
                };
        return new GroupDrafter(
                name,
                redraw,
                initialiser,
                config.codebooks(),
                config.codes(),
                randomness,
                length,
                acceptance(name, contract).forRequest());
    }

    /** How often guesses were right, of all requests so far. */
    AcceptanceEstimate acceptance(String drafter, Contract contract) {
        return acceptance.computeIfAbsent(
                new Way(drafter, contract), way -> GroupDrafter.acceptance(config.codebooks()));
    }

    @Override
    public BudgetController budget(Integer largest) {
        BudgetController inside =
                largest == null ? new WindowBudget(cost, 1, config.codebooks() - 2) : BudgetController.fixed(largest);
        return new GroupBudget(inside, config.codebooks());
    }

    @Override
    public Verifier verifier(Contract contract, int promptLength) {
        return switch (contract) {
            case EXACT -> new ExactVerifier();
            case DISTRIBUTION -> new MultiCandidateVerifier(Siblings.WITHOUT_REPLACEMENT);
            case RELAXED -> new AcousticGroupVerifier(alike, promptLength, relaxation);
        };
    }

    @Override
    public double bound() {
        return relaxation;
    }
}
