package io.triptych.serving;

import io.triptych.speculation.DecodingLoop;
import io.triptych.speculation.Sequence;
import io.triptych.speculation.SpeculationStats;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A loaded model that answers requests by decoding. It is made, used and closed by the one thread of its
 * {@link InferenceExecutor}.
 *
 * @param <R> what it is asked
 * @param <E> what its passes yield
 */
public interface GenerativeModel<R, E> extends AutoCloseable {
    /** What health shows of the model, by name: the checkpoint, its precision, its capacity. */
    Map<String, Object> details();

    /** Decodes a golden prompt with and without speculation. */
    SelfCheck selfCheck();

    /** Moves the sequences of all requests. */
    DecodingLoop loop();

    /** The most sequences that a request ever has in one pass. */
    int sequences(R request);

    /**
     * Begins to answer a request.
     *
     * @param output takes what every pass yields, on the calling thread
     */
    Generation begin(R request, Consumer<E> output);

    /** Answers a request alone, on the calling thread. */
    default List<SpeculationStats> generate(R request, Consumer<E> output) {
        try (Generation generation = begin(request, output)) {
            for (List<Sequence> next = generation.next(); !next.isEmpty(); next = generation.next()) {
                loop().run(next);
            }
            return generation.stats();
        }
    }

    /** Frees the native memory. */
    @Override
    void close();

    /**
     * The outcome of a self-check.
     *
     * @param passed whether both ways gave the same tokens
     * @param message what was compared, or what differed
     */
    record SelfCheck(boolean passed, String message) {
        /**
         * Compares what a golden prompt gave.
         *
         * @param prompt what the message calls it
         */
        public static SelfCheck of(String prompt, int[] plain, int[] drafted) {
            return Arrays.equals(plain, drafted)
                    ? new SelfCheck(true, prompt + " gives the same tokens with and without speculation")
                    : new SelfCheck(
                            false,
                            prompt + " gives other tokens with speculation (" + Arrays.toString(drafted)
                                    + ") than without (" + Arrays.toString(plain) + ")");
        }
    }
}
