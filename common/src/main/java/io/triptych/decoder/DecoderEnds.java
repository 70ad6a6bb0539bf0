package io.triptych.decoder;

import io.triptych.torchscript.ProgramText;
import io.triptych.torchscript.TorchScriptArchive.Tensor;
import java.nio.LongBuffer;
import java.util.List;

/**
 * What stands before and behind a decoder's layers: the input table, of whose rows the tokens that a sequence may hold
 * are made, and the head, which makes logits of the last layer's rows.
 */
interface DecoderEnds {
    /** Tokens that a sequence may hold. */
    int inputTokens();

    /** Columns of what the head makes of a row: the logits, and behind them what else a model may have. */
    int outputs();

    /** Rows of the input table whose sum is the input of one token. */
    default int terms() {
        return 1;
    }

    /**
     * Writes the rows of the input table whose sum is the input of a token.
     *
     * @param token below {@link #inputTokens}
     * @param position of the token in its sequence
     * @param into room for {@link #terms} row numbers
     */
    default void put(int token, int position, LongBuffer into) {
        into.put(token);
    }

    /** Whether a sequence's first row is given to the program, {@link LlamaSession#start}, rather than made of its token. */
    default boolean firstRowGiven() {
        return false;
    }

    /** The page of the program that says what {@code table}, {@code input} and {@code head} do. */
    ProgramText program();

    /** What {@code table} makes the input table of. */
    List<Tensor> embedding();

    /**
     * The matrices of {@code head}, which the program numbers on from those of the layers.
     *
     * @param norm factors of the final norm, for the columns of the first matrix
     */
    List<Matrix> head(float[] norm);

    /** The biases of {@code head}. */
    List<Tensor> headBiases();
}
