package io.triptych.decoder;

import java.util.Arrays;

/** A matrix of the program, produced row by row. */
record Matrix(int rows, int columns, RowReader reader) {
    /** Kernels work on whole vectors along a hidden width, so it is filled up with zeros. */
    private static final int WIDTH_MULTIPLE = 64;

    /** Reads a row to the front of the destination. */
    interface RowReader {
        void read(int row, float[] destination);
    }

    /** A checkpoint's matrix, its columns times {@code factors}, if any. */
    static Matrix of(LlamaWeights weights, String name, int rows, int columns, float[] factors) {
        LlamaWeights.Tensor tensor = weights.tensor(name, rows, columns);
        return new Matrix(rows, columns, (row, destination) -> {
            tensor.read((long) row * columns, destination, 0, columns);
            if (factors != null) {
                for (int i = 0; i < columns; i++) {
                    destination[i] *= factors[i];
                }
            }
        });
    }

    static Matrix stacked(Matrix... parts) {
        int rows = 0;
        for (Matrix part : parts) {
            rows += part.rows;
        }
        return new Matrix(rows, parts[0].columns, (row, destination) -> {
            int within = row;
            int i = 0;
            while (within >= parts[i].rows) {
                within -= parts[i++].rows;
            }
            parts[i].row(within, destination);
        });
    }

    /** A hidden width as the program has it. */
    static int padded(int width) {
        return (width + WIDTH_MULTIPLE - 1) / WIDTH_MULTIPLE * WIDTH_MULTIPLE;
    }

    /** The matrix with rows of zeros behind its own, to a padded height. */
    Matrix withPaddedRows() {
        return new Matrix(padded(rows), columns, (row, destination) -> {
            if (row < rows) {
                row(row, destination);
            } else {
                Arrays.fill(destination, 0);
            }
        });
    }

    /** The matrix with columns of zeros behind its own, to a padded width; the destination must hold zeros there. */
    Matrix withPaddedColumns() {
        return new Matrix(rows, padded(columns), reader);
    }

    void row(int row, float[] destination) {
        reader.read(row, destination);
    }
}
