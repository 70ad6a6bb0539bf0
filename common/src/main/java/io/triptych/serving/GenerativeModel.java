package io.triptych.serving;

import io.triptych.speculation.SpeculationStats;
import java.util.List;
import java.util.function.Consumer;

/**
 * A model that answers requests by decoding.
 *
 * @param <R> what it is asked
 * @param <E> what its passes yield
 */
public interface GenerativeModel<R, E> extends ServedModel {
    /**
     * Generates all sequences of a request.
     *
     * @param output takes what every pass yields, on the calling thread
     * @return what each sequence cost, cancelled or not
     */
    List<SpeculationStats> generate(R request, Consumer<E> output, Cancellation cancellation);
}
