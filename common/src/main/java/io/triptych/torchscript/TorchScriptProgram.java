package io.triptych.torchscript;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A module that DJL's PyTorch engine has loaded, and the manager of its arrays. Calls belong to one thread at a time. */
public final class TorchScriptProgram implements AutoCloseable {
    private final PtNDManager manager;
    private final PtSymbolBlock module;

    private TorchScriptProgram(PtNDManager manager, PtSymbolBlock module) {
        this.manager = manager;
        this.module = module;
    }

    /**
     * Writes the archive to a temporary file, as large as its tensors, loads it and runs its method {@code prepare}.
     *
     * @throws UncheckedIOException if the file cannot be written
     */
    public static TorchScriptProgram load(TorchScriptArchive archive) {
        PtNDManager manager = (PtNDManager) Engine.getEngine("PyTorch").newBaseManager(Device.cpu());
        try {
            Path file = Files.createTempFile("triptych", ".pt");
            try {
                archive.write(file);
                TorchScriptProgram program = new TorchScriptProgram(
                        manager, JniUtils.loadModule(manager, file, true, new String[0], new String[0], false));
                program.run("prepare").close();
                return program;
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            manager.close();
            throw new UncheckedIOException("cannot write a program's tensors to a temporary file", e);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** The manager of arrays that live as long as the program, at most. */
    public PtNDManager manager() {
        return manager;
    }

    /** Runs a method on all threads. The caller closes arguments and result. */
    public IValue run(String method, IValue... arguments) {
        return run(EngineThreads.all(), method, arguments);
    }

    /** Runs a method on so many threads, as {@link EngineThreads#use} tells. The caller closes arguments and result. */
    public IValue run(int threads, String method, IValue... arguments) {
        EngineThreads.use(threads);
        return IValueUtils.runMethod(module, method, arguments);
    }

    /** Frees the module and what is left of the manager's arrays. */
    @Override
    public void close() {
        module.close();
        manager.close();
    }
}
