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
 * for; growing loses the contents of what is not {@link #reserve kept}.
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
        allocate(64);
    }

    /** Makes room for so many rows, keeping the contents. */
    void reserve(int rows) {
        int needed = Math.multiplyExact(Math.multiplyExact(rows, columns), type.getNumOfBytes());
        if (needed > memory.capacity()) {
            ByteBuffer old = memory;
            close();
            allocate(Math.max(rows, 2 * (old.capacity() / type.getNumOfBytes() / columns)));
            memory.put(0, old, 0, old.capacity());
        }
    }

    private void allocate(int rows) {
        memory =
                ByteBuffer.allocateDirect(rows * columns * type.getNumOfBytes()).order(ByteOrder.nativeOrder());
        Shape shape = columns == 1 ? new Shape(rows) : new Shape(rows, columns);
        array = JniUtils.createNdFromByteBuffer(
                manager, memory, shape, type, ai.djl.ndarray.types.SparseFormat.DENSE, ai.djl.Device.cpu());
        value = IValue.from(array);
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
