package io.triptych.image;

import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.checkpoint.SafeTensors;
import io.triptych.checkpoint.Tensor;
import io.triptych.speculation.NeighbourTable;
import io.triptych.speculation.NeighbourTable.Template;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The file of a checkpoint that holds a {@link NeighbourTable}. For template {@code i}, the one that is asked first being 0:
 * {@code places.i} [places, 2], columns to the right and rows down; {@code contexts.i} [entries, places], the codes there;
 * {@code codes.i} and {@code shares.i} [entries], what follows.
 */
final class NeighbourFile {
    static final String NAME = "neighbours.safetensors";

    /** The most columns or rows that a place may be away: more than any picture has. */
    private static final int FARTHEST = 1 << 12;

    private final Path path;
    private final Map<String, Tensor> tensors;

    private NeighbourFile(Path path, Map<String, Tensor> tensors) {
        this.path = path;
        this.tensors = tensors;
    }

    /**
     * Reads the table of a checkpoint, if it has one.
     *
     * @param width codes in a row of a picture
     * @throws CheckpointException naming the tensor that is missing, of another shape, out of range or not known
     */
    static Optional<NeighbourTable> read(CheckpointDirectory checkpoint, int width, int vocabularySize) {
        Path path = checkpoint.path().resolve(NAME);
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        try (SafeTensors file = SafeTensors.open(path)) {
            return Optional.of(new NeighbourFile(path, file.tensors()).table(width, vocabularySize));
        }
    }

    private NeighbourTable table(int width, int vocabularySize) {
        List<Template> templates = new ArrayList<>();
        do {
            templates.add(template(templates.size(), Math.min(vocabularySize, NeighbourTable.MOST_TOKENS)));
        } while (tensors.containsKey("places." + templates.size()));
        if (tensors.size() != 4 * templates.size()) {
            throw new CheckpointException(path, "holds more than the tensors of " + templates.size() + " templates");
        }
        return new NeighbourTable(width, vocabularySize, templates);
    }

    private Template template(int number, int codes) {
        String name = "places." + number;
        int places = rows(name, 2);
        int[] offsets = integers(name, -FARTHEST, FARTHEST, places, 2);
        int[] right = new int[places];
        int[] down = new int[places];
        for (int place = 0; place < places; place++) {
            right[place] = offsets[2 * place];
            down[place] = offsets[2 * place + 1];
        }
        int entries = rows("contexts." + number, places);
        int[] contexts = integers("contexts." + number, NeighbourTable.OUTSIDE, codes - 1, entries, places);
        int[] following = integers("codes." + number, 0, codes - 1, entries);
        int[] shares = integers("shares." + number, 0, NeighbourTable.SHARES, entries);
        try {
            return new Template(right, down, contexts, following, shares);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(path, name, e.getMessage());
        }
    }

    /** The length of a matrix with so many columns. */
    private int rows(String name, int columns) {
        long[] shape = tensor(name).shape();
        if (shape.length != 2 || shape[1] != columns || shape[0] == 0) {
            throw new CheckpointException(
                    path, name, "has shape " + Arrays.toString(shape) + ", not [some, " + columns + "]");
        }
        return Math.toIntExact(shape[0]);
    }

    private int[] integers(String name, int least, int most, long... shape) {
        Tensor tensor = tensor(name);
        if (!Arrays.equals(tensor.shape(), shape)) {
            throw new CheckpointException(
                    path, name, "has shape " + Arrays.toString(tensor.shape()) + ", not " + Arrays.toString(shape));
        }
        float[] values = new float[Math.toIntExact(tensor.elements())];
        tensor.read(0, values, 0, values.length);
        int[] integers = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            integers[i] = (int) values[i];
            if (integers[i] != values[i] || integers[i] < least || integers[i] > most) {
                throw new CheckpointException(path, name, "holds " + values[i] + ", not " + least + " to " + most);
            }
        }
        return integers;
    }

    private Tensor tensor(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new CheckpointException(path, name, "is missing");
        }
        return tensor;
    }
}
