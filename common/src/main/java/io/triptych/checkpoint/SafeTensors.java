package io.triptych.checkpoint;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.triptych.checkpoint.Tensor.Dtype;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;

/**
 * One file in the <a href="https://github.com/huggingface/safetensors#format">safetensors format</a>, memory-mapped:
 * eight bytes of header length, a JSON header, then the tensors' bytes, without a gap, to the end of the file. The
 * header is believed only after all of it was checked against the file.
 */
public final class SafeTensors implements AutoCloseable {
    /** The format's own limit. */
    private static final long LARGEST_HEADER = 100_000_000;

    private final MappedFile data;
    private final Map<String, Tensor> tensors;

    private SafeTensors(MappedFile data, Map<String, Tensor> tensors) {
        this.data = data;
        this.tensors = tensors;
    }

    /**
     * Maps a file.
     *
     * @throws CheckpointException if the file cannot be read or its header does not describe it
     */
    public static SafeTensors open(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            int headerLength = headerLength(file, channel);
            Header header = readHeader(file, channel, headerLength);
            long dataBegin = Long.BYTES + (long) headerLength;
            List<Place> places = places(file, header, channel.size() - dataBegin);

            MappedFile data = new MappedFile(file);
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (Place place : places) {
                tensors.put(place.name, new Tensor(file, data, place, dataBegin + place.begin));
            }
            return new SafeTensors(data, Collections.unmodifiableMap(tensors));
        } catch (IOException e) {
            throw new CheckpointException(file, "cannot be read", e);
        }
    }

    /** The tensors by name, in the order of the file. */
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    /** Lets go of the mapping: tensors can no longer be read. */
    @Override
    public void close() {
        data.close();
    }

    private static int headerLength(Path file, FileChannel channel) throws IOException {
        if (channel.size() < Long.BYTES) {
            throw new CheckpointException(file, "ends before its header's length");
        }
        long length = readFully(channel, 0, Long.BYTES).getLong();
        if (length < 0 || length > LARGEST_HEADER) {
            throw new CheckpointException(
                    file,
                    "claims a header of " + Long.toUnsignedString(length) + " bytes; the format allows "
                            + LARGEST_HEADER);
        }
        if (length > channel.size() - Long.BYTES) {
            throw new CheckpointException(
                    file, "ends at byte " + channel.size() + ", inside its header of " + length + " bytes");
        }
        return Math.toIntExact(length);
    }

    private static Header readHeader(Path file, FileChannel channel, int length) throws IOException {
        byte[] json = readFully(channel, Long.BYTES, length).array();
        if (length == 0 || json[0] != '{') {
            throw new CheckpointException(file, "has a header that does not begin with '{'");
        }
        try {
            return StrictJson.MAPPER.readValue(json, Header.class);
        } catch (JacksonException e) {
            throw new CheckpointException(file, "has a malformed header: " + e.getOriginalMessage(), e);
        }
    }

    /** Checks every entry, and that together they tile the data exactly; returns them in the order of the file. */
    private static List<Place> places(Path file, Header header, long dataBytes) {
        List<Place> places = new ArrayList<>();
        header.tensors.forEach((name, entry) -> places.add(place(file, name, entry, dataBytes)));
        places.sort(Comparator.comparingLong(Place::begin).thenComparingLong(Place::end));
        long end = 0;
        for (Place place : places) {
            if (place.begin != end) {
                String problem = place.begin < end ? "overlaps its predecessor" : "leaves a gap";
                throw new CheckpointException(
                        file, place.name, problem + ": it begins at " + place.begin + ", not at " + end);
            }
            end = place.end;
        }
        if (end != dataBytes) {
            throw new CheckpointException(
                    file, "holds " + dataBytes + " bytes of data, of which its tensors cover only " + end);
        }
        return places;
    }

    private static Place place(Path file, String name, Entry entry, long dataBytes) {
        if (entry == null || entry.dtype == null || entry.shape == null || entry.offsets == null) {
            throw new CheckpointException(file, name, "lacks its dtype, shape or data_offsets");
        }
        Dtype dtype = dtype(file, name, entry.dtype);
        long elements = elements(file, name, entry.shape);
        long[] offsets = entry.offsets;
        if (offsets.length != 2 || offsets[0] < 0 || offsets[1] < offsets[0]) {
            throw new CheckpointException(file, name, "has data_offsets " + Arrays.toString(offsets));
        }
        if (offsets[1] > dataBytes) {
            throw new CheckpointException(
                    file,
                    name,
                    "is truncated: its data_offsets are " + Arrays.toString(offsets) + ", but the file holds only "
                            + dataBytes + " bytes of data");
        }
        long bytes = offsets[1] - offsets[0];
        if (bytes % dtype.bytes() != 0 || bytes / dtype.bytes() != elements) {
            throw new CheckpointException(
                    file,
                    name,
                    "has " + bytes + " bytes, which is not the size of " + dtype + Arrays.toString(entry.shape));
        }
        return new Place(name, dtype, entry.shape, elements, offsets[0], offsets[1]);
    }

    private static Dtype dtype(Path file, String name, String stated) {
        for (Dtype dtype : Dtype.values()) {
            if (dtype.name().equals(stated)) {
                return dtype;
            }
        }
        throw new CheckpointException(
                file,
                name,
                "has the unsupported dtype '" + stated + "'; supported are " + Arrays.toString(Dtype.values())
                        + ", quantised checkpoints are not");
    }

    private static long elements(Path file, String name, long[] shape) {
        long elements = 1;
        for (long length : shape) {
            if (length < 0) {
                throw new CheckpointException(file, name, "has the shape " + Arrays.toString(shape));
            }
            try {
                elements = Math.multiplyExact(elements, length);
            } catch (ArithmeticException e) {
                throw new CheckpointException(file, name, "has the impossible shape " + Arrays.toString(shape));
            }
        }
        return elements;
    }

    private static ByteBuffer readFully(FileChannel channel, long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new IOException("The file became shorter while it was read");
            }
        }
        return bytes.flip();
    }

    /** What the header says of a tensor, checked: offsets are in bytes from the begin of the data. */
    @SuppressWarnings("ArrayRecordComponent")
    record Place(String name, Dtype dtype, long[] shape, long elements, long begin, long end) {}

    /** The JSON header, in primitive arrays: what a hostile one makes us allocate stays in proportion to its size. */
    private static final class Header {
        @JsonAnySetter
        Map<String, Entry> tensors = new LinkedHashMap<>();

        @JsonProperty("__metadata__")
        void setMetadata(Map<String, String> unused) {
            // Free text about the file: its form is checked, nothing follows from it.
        }
    }

    private static final class Entry {
        @JsonProperty
        String dtype;

        @JsonProperty
        long[] shape;

        @JsonProperty("data_offsets")
        long[] offsets;
    }
}
