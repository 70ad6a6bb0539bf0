package io.triptych.decoder;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;

/**
 * An array that Java and the native program both see, so that a pass copies and creates nothing. Its rows grow as asked
 * for, and keep their contents.
 */
final class SharedArray implements AutoCloseable {
    private final PtNDManager manager;
    private final DataType type;
    private final int columns;
    private ByteBuffer memory; // must live as long as the array
    private PtNDArray array;
    private IValue value;

    SharedArray(PtNDManager manager, DataType type, int columns) {
        this.manager = manager;
        this.type = type;
        this.columns = columns;
        adopt(allocated(64));
    }

    /** Makes room for so many rows, keeping the contents. Where that fails, all stays as it was. */
    void reserve(int rows) {
        if (bytes(rows) > memory.capacity()) {
            ByteBuffer larger = allocated(Math.max(rows, 2 * (memory.capacity() / bytes(1))));
            larger.put(0, memory, 0, memory.capacity());
            PtNDArray oldArray = array;
            IValue oldValue = value;
            adopt(larger);
            oldValue.close();
            oldArray.close();
        }
    }

    private int bytes(int rows) {
        return Math.multiplyExact(Math.multiplyExact(rows, columns), type.getNumOfBytes());
    }

    private ByteBuffer allocated(int rows) {
        return ByteBuffer.allocateDirect(bytes(rows)).order(ByteOrder.nativeOrder());
    }

    /** Makes the array one of other memory. */
    private void adopt(ByteBuffer other) {
        int rows = other.capacity() / bytes(1);
        Shape shape = columns == 1 ? new Shape(rows) : new Shape(rows, columns);
        PtNDArray made = JniUtils.createNdFromByteBuffer(
                manager, other, shape, type, ai.djl.ndarray.types.SparseFormat.DENSE, ai.djl.Device.cpu());
        value = IValue.from(made);
        array = made;
        memory = other;
    }

    IValue value() {
        return value;
    }

    LongBuffer longs() {
        return memory.asLongBuffer();
    }

    FloatBuffer floats() {
        return memory.asFloatBuffer();
    }

    @Override
    public void close() {
        value.close();
        array.close();
    }
}
