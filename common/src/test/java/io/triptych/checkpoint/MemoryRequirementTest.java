package io.triptych.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryRequirementTest {
    @TempDir
    Path root;

    @Test
    void refusesWhatDoesNotFitWithTheNumbers() {
        MemoryRequirement requirement = new MemoryRequirement(Map.of("weights", 3L << 30));
        assertThatCode(() -> requirement.requireWithin(3L << 30)).doesNotThrowAnyException();
        assertThatThrownBy(() -> requirement.requireWithin((3L << 30) - 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("needs 3.0 GiB (weights 3.0 GiB)", "available are 3.0 GiB");
        MemoryRequirement impossible = new MemoryRequirement(Map.of("a", Long.MAX_VALUE, "b", Long.MAX_VALUE));
        assertThatThrownBy(impossible::requireAvailable).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void takesTheLeastOfTheMachineAndTheEnclosingControlGroups() throws IOException {
        write("proc/meminfo", "MemTotal:  9000 kB\nMemFree:  10 kB\nMemAvailable:    8000 kB\n");
        assertThat(MemoryRequirement.available(root)).isEqualTo(8000 * 1024);

        write("proc/self/cgroup", "4:memory:/old\n0::/outer/inner\n");
        write("sys/fs/cgroup/outer/inner/memory.max", "max\n");
        assertThat(MemoryRequirement.available(root)).isEqualTo(8000 * 1024);

        write("sys/fs/cgroup/outer/memory.max", "5000000\n");
        write("sys/fs/cgroup/outer/memory.current", "3000000\n");
        write("sys/fs/cgroup/outer/memory.stat", "anon 1\ninactive_file 1000000\nactive_file 5\n");
        assertThat(MemoryRequirement.available(root)).isEqualTo(3_000_000);
    }

    @Test
    void knowsSomethingOfThisMachine() {
        assertThat(MemoryRequirement.available()).isBetween(1L << 20, 1L << 50);
        assertThat(MemoryRequirement.available(root)).as("without /proc").isBetween(1L << 20, 1L << 50);
    }

    private void write(String name, String text) throws IOException {
        Files.createDirectories(root.resolve(name).getParent());
        Files.writeString(root.resolve(name), text);
    }
}
