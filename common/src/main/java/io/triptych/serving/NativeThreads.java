package io.triptych.serving;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * How the engine's threads behave, settled before the engine loads. OpenMP's threads spin while they wait unless the
 * environment says {@code OMP_WAIT_POLICY=PASSIVE}, and spinning threads push each other off the cores: a pass of 14 ms
 * was seen to take 460 ms. OpenMP reads its environment when its library loads, so this class changes the process's own
 * environment, which Java cannot.
 *
 * @param threads that share one pass
 * @param waitPolicyInForce whether waiting threads sleep; if not, set {@code OMP_WAIT_POLICY=PASSIVE} before the JVM
 *     starts
 */
public record NativeThreads(int threads, boolean waitPolicyInForce) {
    private static final String POLICY = "OMP_WAIT_POLICY";

    private static boolean policySet;

    /**
     * Prepares the process for the engine; also keeps DJL from calling home. Has its full effect only before the engine
     * is first used.
     *
     * @param threads to share one pass, at least 1; 0 takes one per available processor
     */
    public static NativeThreads prepare(int threads) {
        int count = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
        if (count < 1) {
            throw new IllegalArgumentException("threads must be at least 1, or 0 for one per processor");
        }
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(count));
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        System.setProperty("ai.djl.pytorch.graph_optimizer", "false");
        return new NativeThreads(count, passive(System.getenv(POLICY)) || setPassive());
    }

    private static boolean passive(String policy) {
        return policy != null && policy.toUpperCase(Locale.ROOT).equals("PASSIVE");
    }

    /** Sets the policy for libraries that are loaded from now on; false if OpenMP was loaded before. */
    private static synchronized boolean setPassive() {
        if (!policySet && !openMpLoaded()) {
            policySet = Platform.isWindows()
                    ? call("ucrtbase", "_putenv_s", POLICY, "PASSIVE") == 0
                    : call("c", "setenv", POLICY, "PASSIVE", 1) == 0;
        }
        return policySet;
    }

    private static int call(String library, String function, Object... arguments) {
        return NativeLibrary.getInstance(library).getFunction(function).invokeInt(arguments);
    }

    /** Known on Linux only; elsewhere the order of calls is trusted. */
    private static boolean openMpLoaded() {
        Path maps = Path.of("/proc/self/maps");
        if (!Files.isReadable(maps)) {
            return false;
        }
        try (Stream<String> lines = Files.lines(maps)) {
            return lines.anyMatch(line -> line.contains("libgomp") || line.contains("libiomp"));
        } catch (IOException e) {
            return true;
        }
    }
}
