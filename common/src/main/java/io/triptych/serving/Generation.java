package io.triptych.serving;

import io.triptych.speculation.Sequence;
import io.triptych.speculation.SpeculationStats;
import java.util.List;

/**
 * A request while it is answered: sequences that share passes with those of other requests. Used by the native thread
 * only, which asks for its sequences before every pass and closes it when there are none, or when it is given up.
 */
public interface Generation extends AutoCloseable {
    /**
     * The sequences that the next pass is to move; finished ones among them are passed over. None are left when the
     * answer is complete, and its last event has been told.
     */
    List<Sequence> next();

    /** What every sequence has cost so far. */
    List<SpeculationStats> stats();

    /** Frees what the sequences hold. */
    @Override
    void close();

    /** Sequences that begin together and end each in its own time. */
    static Generation of(List<Sequence> sequences, Runnable whenAllAreFinished) {
        return new Generation() {
            @Override
            public List<Sequence> next() {
                List<Sequence> unfinished =
                        sequences.stream().filter(s -> !s.finished()).toList();
                if (unfinished.isEmpty()) {
                    whenAllAreFinished.run();
                }
                return unfinished;
            }

            @Override
            public List<SpeculationStats> stats() {
                return sequences.stream().map(Sequence::stats).toList();
            }

            @Override
            public void close() {
                sequences.forEach(Sequence::close);
            }
        };
    }
}
