package io.triptych.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class NativeThreadsTest {
    @Test
    void takesOneThreadPerProcessorUnlessTold() {
        assertThat(NativeThreads.prepare(0).threads())
                .isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(NativeThreads.prepare(3).threads()).isEqualTo(3);
        assertThat(System.getProperty("ai.djl.pytorch.num_threads")).isEqualTo("3");
        assertThatThrownBy(() -> NativeThreads.prepare(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    /** In a process of its own, started without the policy: native code, here of a child, must see it afterwards. */
    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void setsThePolicyInTheProcessItself() throws Exception {
        assertThat(policyOfAProcess("null")).isEqualTo("true PASSIVE");
    }

    /** The policy is read when OpenMP loads, so setting it later must not be called a success. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void knowsThatItCameTooLate() throws Exception {
        Path library = Path.of("/usr/lib/x86_64-linux-gnu/libgomp.so.1");
        Assumptions.assumeTrue(Files.exists(library));
        assertThat(policyOfAProcess(library.toString())).isEqualTo("false null");
    }

    private static String policyOfAProcess(String library) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Probe.class.getName(),
                library);
        builder.environment().remove("OMP_WAIT_POLICY");
        Process process = builder.start();
        try (InputStream output = process.getInputStream()) {
            String said = new String(output.readAllBytes(), StandardCharsets.UTF_8).strip();
            process.waitFor();
            return said;
        }
    }

    /** Prints whether the policy is in force and what native code reads from the environment. */
    static final class Probe {
        public static void main(String[] arguments) {
            if (!arguments[0].equals("null")) {
                System.load(arguments[0]);
            }
            boolean inForce = NativeThreads.prepare(1).waitPolicyInForce();
            String policy = NativeLibrary.getInstance("c")
                    .getFunction("getenv")
                    .invokeString(new Object[] {"OMP_WAIT_POLICY"}, false);
            System.out.println(inForce + " " + policy);
        }
    }
}
