package io.triptych.torchscript;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.triptych.torchscript.TorchScriptArchive.ElementType;
import io.triptych.torchscript.TorchScriptArchive.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchScriptArchiveTest {
    private static final String CODE = """
            class Affine(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
              _is_full_backward_hook : Optional[bool]
              matrices : List[Tensor]
              offsets : List[Tensor]
              seen : List[Tensor]
              def times(self: __torch__.Affine, x: Tensor, count: int) -> Tensor:
                y = x
                for i in range(count):
                  y = torch.matmul(torch.to(self.matrices[i], 6), y) + self.offsets[0]
                  keep = torch.append(self.seen, y)
                return self.seen[-1]
            """;

    /** Two matrices of bytes, a vector of floats, a list that the program fills: computed by hand. */
    @Test
    void theEngineRunsWhatWasWritten(@TempDir Path directory) {
        Path file = directory.resolve("affine.pt");
        new TorchScriptArchive("Affine", CODE)
                .tensors("matrices", List.of(bytes(1, -2, 3, 4), bytes(0, 1, 1, 0)))
                .tensors("offsets", List.of(floats(0.5f, -0.25f)))
                .emptyList("seen", "Tensor")
                .write(file);
        try (PtNDManager manager = (PtNDManager) Engine.getEngine("PyTorch").newBaseManager()) {
            PtSymbolBlock program = JniUtils.loadModule(manager, file, true, new String[0], new String[0], false);
            try (IValue x = IValue.from((PtNDArray) manager.create(new float[] {10, 20}));
                    IValue count = IValue.from(2L);
                    IValue result = IValueUtils.runMethod(program, "times", x, count)) {
                // [1 -2; 3 4] (10, 20) = (-30, 110); + (0.5, -0.25); swapped; + (0.5, -0.25)
                assertThat(result.toNDList(manager).get(0).toFloatArray()).containsExactly(110.25f, -29.75f);
            }
            program.close();
        }
    }

    private static Tensor bytes(int... values) {
        return new Tensor(ElementType.INT8, new long[] {2, 2}, out -> {
            for (int value : values) {
                out.write(value);
            }
        });
    }

    private static Tensor floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return new Tensor(ElementType.FLOAT32, new long[] {values.length}, out -> out.write(bytes.array()));
    }
}
