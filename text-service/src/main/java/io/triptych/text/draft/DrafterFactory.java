package io.triptych.text.draft;

import io.triptych.speculation.Drafter;
import java.util.List;

/** Makes the drafters of requests; holds what they share: the draft model, the store of earlier outputs, estimates. */
public interface DrafterFactory extends AutoCloseable {
    /** The drafters that a request may name, in the order of preference. */
    List<String> names();

    /**
     * Makes a drafter for one sequence: the named one, or several fused into one tree.
     *
     * @param names at least one of {@link #names}
     * @throws IllegalArgumentException naming the drafter that does not exist
     */
    Drafter create(List<String> names, DraftContext context);

    /** Offers a finished sequence to whatever learns across requests. */
    void remember(int[] tokens);

    @Override
    void close();
}
