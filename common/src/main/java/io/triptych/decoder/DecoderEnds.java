package io.triptych.decoder;

import io.triptych.torchscript.TorchScriptArchive.Tensor;
import java.util.List;

/**
 * What stands before and behind a decoder's layers: the input table, a row for every token that a sequence may hold,
 * and the head, which makes logits of the last layer's rows.
 */
interface DecoderEnds {
    /** Tokens that a sequence may hold: rows of the input table. */
    int inputTokens();

    /** Tokens that the logits are of. */
    int outputTokens();

    /** The page of the program that says what {@code table} and {@code head} do. */
    String program();

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
