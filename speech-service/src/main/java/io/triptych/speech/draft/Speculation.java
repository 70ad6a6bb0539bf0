package io.triptych.speech.draft;

import io.triptych.sampling.Randomness;
import io.triptych.speculation.BudgetController;
import io.triptych.speculation.Contract;
import io.triptych.speculation.Drafter;
import io.triptych.speculation.LogitsPipeline;
import io.triptych.speculation.Target;
import io.triptych.speculation.Verifier;

/** How the codes of speech are speculated about. Belongs to the native thread. */
public interface Speculation {
    /**
     * The drafter of one sequence.
     *
     * @param name of a drafter that there is
     * @param session the sequence's
     * @param pipeline the request's sampling
     * @param randomness the request's noise
     * @param length the most codes of the sequence
     */
    Drafter drafter(
            String name,
            Contract contract,
            Target.Session session,
            LogitsPipeline pipeline,
            Randomness randomness,
            int length);

    /**
     * What chooses the sizes of a sequence's groups.
     *
     * @param largest the size of every group, as far as its frame goes; null for sizes that pay
     */
    BudgetController budget(Integer largest);

    /**
     * The rule of a contract for one sequence.
     *
     * @param promptLength tokens before the sequence's first frame
     */
    Verifier verifier(Contract contract, int promptLength);

    /** The bound of the contract {@code relaxed}: the most that the distribution of a code may differ, in total variation. */
    double bound();
}
