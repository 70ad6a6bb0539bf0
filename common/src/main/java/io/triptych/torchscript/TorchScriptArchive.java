package io.triptych.torchscript;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a TorchScript module, as {@code torch.jit.save} would, without Python: a zip of uncompressed entries that hold
 * the program text, a pickle of the module's attributes, and each tensor's raw little-endian elements. The text is what
 * PyTorch's own serialiser writes (TorchScript with every name spelled out), its one class is the module. Tensors are
 * asked for their bytes while the archive is written, so only one row of weights need be in memory.
 *
 * <p>Format: PyTorch, {@code torch/csrc/jit/docs/serialization.md}; pickle protocol 2 (PEP 307).
 */
public final class TorchScriptArchive {
    /** Operator semantics of the program text; the version that PyTorch 2 writes. */
    private static final String VERSION = "10\n";

    /** The type of a tensor's elements. */
    public enum ElementType {
        FLOAT32("FloatStorage", 4),
        INT8("CharStorage", 1);

        private final String storage;
        private final int bytes;

        ElementType(String storage, int bytes) {
            this.storage = storage;
            this.bytes = bytes;
        }
    }

    /** The elements of a tensor in row-major order. Called twice, for the entry's checksum and for its bytes. */
    @FunctionalInterface
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** One constant of the module. */
    public record Tensor(ElementType type, long[] shape, Content content) {
        private static final int WRITTEN_AT_ONCE = 1 << 16;

        /** A checkpoint's tensor, read while the archive is written. */
        public static Tensor float32(io.triptych.checkpoint.Tensor stored) {
            return new Tensor(ElementType.FLOAT32, stored.shape(), out -> {
                float[] part = new float[WRITTEN_AT_ONCE];
                for (long from = 0; from < stored.elements(); from += part.length) {
                    int count = (int) Math.min(part.length, stored.elements() - from);
                    stored.read(from, part, 0, count);
                    write(out, part, count);
                }
            });
        }

        /** Little-endian bytes of the first {@code count} values, as a content of float32 is written. */
        public static void write(OutputStream out, float[] values, int count) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values, 0, count);
            out.write(bytes.array());
        }

        long elements() {
            long count = 1;
            for (long size : shape) {
                count = Math.multiplyExact(count, size);
            }
            return count;
        }
    }

    private final String className;
    private final String code;
    private final Map<String, TypedList> attributes = new LinkedHashMap<>();

    private record TypedList(String elementType, List<Tensor> tensors) {}

    /**
     * @param className the module class that {@code code} defines, in the package {@code __torch__}
     * @param code its text; besides those added here it declares {@code training : bool} and
     *     {@code _is_full_backward_hook : Optional[bool]}
     */
    public TorchScriptArchive(String className, String code) {
        this.className = className;
        this.code = code;
    }

    /** Adds an attribute that the code declares as {@code List[Tensor]}. */
    public TorchScriptArchive tensors(String name, List<Tensor> tensors) {
        attributes.put(name, new TypedList("Tensor", List.copyOf(tensors)));
        return this;
    }

    /** Adds an attribute that the code declares as a list of {@code elementType} and fills itself. */
    public TorchScriptArchive emptyList(String name, String elementType) {
        attributes.put(name, new TypedList(elementType, List.of()));
        return this;
    }

    /**
     * Writes the archive. Its root folder takes the file's name without extension, as the loader expects.
     *
     * @throws UncheckedIOException if the file cannot be written, the disk is full for instance
     */
    public void write(Path file) {
        String root = file.getFileName().toString().replaceFirst("\\.[^.]*$", "") + "/";
        try (ZipOutputStream zip =
                new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 20))) {
            entry(zip, root + "version", bytes(VERSION));
            entry(zip, root + "data.pkl", out -> new Pickle(out).module());
            entry(zip, root + "constants.pkl", out -> new Pickle(out).emptyTuple());
            entry(zip, root + "code/__torch__.py", bytes(code));
            int number = 0;
            for (TypedList list : attributes.values()) {
                for (Tensor tensor : list.tensors()) {
                    entry(zip, root + "data/" + number++, tensor.content());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /** A stored entry's header carries size and checksum, so its content is first written to nowhere. */
    private static void entry(ZipOutputStream zip, String name, Content content) throws IOException {
        CRC32 checksum = new CRC32();
        CountingSink sink = new CountingSink();
        try (OutputStream dry = new BufferedOutputStream(new CheckedOutputStream(sink, checksum), 1 << 16)) {
            content.writeTo(dry);
        }
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(sink.count);
        entry.setCompressedSize(sink.count);
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        content.writeTo(zip);
        zip.closeEntry();
    }

    private static Content bytes(String text) {
        return out -> out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static final class CountingSink extends OutputStream {
        private long count;

        @Override
        public void write(int value) {
            count++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            count += length;
        }
    }

    /** The few opcodes that a module of tensors needs. */
    private final class Pickle {
        private final OutputStream out;

        Pickle(OutputStream out) {
            this.out = out;
        }

        void module() throws IOException {
            ascii("\u0080\u0002c__torch__\n" + className + "\n)\u0081}("); // an instance, its state a dictionary
            text("training");
            ascii("\u0089"); // False
            text("_is_full_backward_hook");
            ascii("N"); // None
            int number = 0;
            for (Map.Entry<String, TypedList> attribute : attributes.entrySet()) {
                text(attribute.getKey());
                ascii("ctorch.jit._pickle\nrestore_type_tag\n(](");
                for (Tensor tensor : attribute.getValue().tensors()) {
                    tensor(tensor, number++);
                }
                ascii("e");
                text("List[" + attribute.getValue().elementType() + "]");
                ascii("tR");
            }
            ascii("ub.");
        }

        void emptyTuple() throws IOException {
            ascii("\u0080\u0002).");
        }

        /** {@code torch._utils._rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, hooks)}. */
        private void tensor(Tensor tensor, int number) throws IOException {
            ascii("ctorch._utils\n_rebuild_tensor_v2\n((");
            text("storage");
            ascii("ctorch\n" + tensor.type().storage + "\n");
            text(Integer.toString(number));
            text("cpu");
            integer(tensor.elements());
            ascii("tQ"); // the storage: a persistent id
            integer(0);
            long[] shape = tensor.shape();
            long[] strides = new long[shape.length];
            long stride = 1;
            for (int i = shape.length - 1; i >= 0; i--) {
                strides[i] = stride;
                stride *= shape[i];
            }
            tuple(shape);
            tuple(strides);
            ascii("\u0089ccollections\nOrderedDict\n)RtR");
        }

        private void tuple(long[] values) throws IOException {
            ascii("(");
            for (long value : values) {
                integer(value);
            }
            ascii("t");
        }

        private void ascii(String opcodes) throws IOException {
            out.write(opcodes.getBytes(StandardCharsets.ISO_8859_1));
        }

        private void text(String value) throws IOException {
            byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
            out.write('X');
            littleEndian(utf8.length, 4);
            out.write(utf8);
        }

        private void integer(long value) throws IOException {
            if (value <= Integer.MAX_VALUE) {
                out.write('J');
                littleEndian(value, 4);
            } else {
                out.write(0x8a); // LONG1
                out.write(8);
                littleEndian(value, 8);
            }
        }

        private void littleEndian(long value, int bytes) throws IOException {
            for (int i = 0; i < bytes; i++) {
                out.write((int) (value >>> 8 * i));
            }
        }
    }
}
