package io.triptych.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDManager;
import org.junit.jupiter.api.Test;

class SharedArrayTest {
    @Test
    void growsAndKeepsItsContents() {
        try (PtNDManager manager = manager();
                SharedArray array = new SharedArray(manager, DataType.INT64, 2)) {
            array.longs().put(0, 7).put(127, 8);
            array.reserve(1000);
            assertThat(array.longs().get(0)).isEqualTo(7);
            assertThat(array.longs().get(127)).isEqualTo(8);
            assertThat(array.value().toTensor(manager).toLongArray())
                    .hasSize(2000)
                    .startsWith(7);
        }
    }

    @Test
    void staysAsItWasWhereItCannotGrow() {
        try (PtNDManager manager = manager();
                SharedArray array = new SharedArray(manager, DataType.INT64, 1)) {
            array.longs().put(0, 7);
            manager.cap(); // refuses the larger array
            assertThatThrownBy(() -> array.reserve(1000)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> array.reserve(Integer.MAX_VALUE)).isInstanceOf(ArithmeticException.class);
            assertThat(array.longs().get(0)).isEqualTo(7);
            assertThat(array.longs().capacity()).isEqualTo(64);
        }
    }

    private static PtNDManager manager() {
        return (PtNDManager) Engine.getEngine("PyTorch").newBaseManager(Device.cpu());
    }
}
