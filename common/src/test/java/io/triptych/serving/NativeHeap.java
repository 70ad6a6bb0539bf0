package io.triptych.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Structure;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** The C library's own account of allocated memory, which is where libtorch, the tokenizer and JNI allocate. */
public final class NativeHeap {
    private static final int LOOKS = 5;
    private static final long TOLERANCE = 6L << 20;
    private static final long LEAK = 10L << 20;
    private static final int ROUNDS = 4;

    private NativeHeap() {}

    /** Serves a number of requests of all kinds, and returns when all are done. */
    public interface Requests {
        void serve(int count) throws InterruptedException;
    }

    /**
     * Checks that requests leave nothing behind, and that a leak of 10 MiB by all of them would be seen. What the JVM
     * still compiles ends some time, on a busy machine after a few rounds; a leak grows in all of them.
     */
    public static void assertFlat(int requestsPerLook, Requests requests) throws InterruptedException {
        requests.serve(2 * requestsPerLook);
        long before = leastInUse(requestsPerLook, requests);
        long after = leastInUse(requestsPerLook, requests);
        for (int round = 1; round < ROUNDS && after - before >= TOLERANCE; round++) {
            before = after;
            after = leastInUse(requestsPerLook, requests);
        }
        assertThat(after - before).as("bytes that the requests left behind").isLessThan(TOLERANCE);
        long seen = seenOfLeak(LOOKS * requestsPerLook);
        for (int round = 1; round < ROUNDS && seen <= TOLERANCE; round++) {
            seen = seenOfLeak(LOOKS * requestsPerLook);
        }
        assertThat(seen).as("bytes seen of a leak").isGreaterThan(TOLERANCE);
    }

    /** How much more is in use while a leak by so many requests lasts. The JVM's compiler may give back as much meanwhile. */
    private static long seenOfLeak(int requests) throws InterruptedException {
        long before = inUse();
        List<Memory> leak = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            leak.add(new Memory(LEAK / requests));
        }
        long seen = inUse() - before;
        leak.forEach(Memory::close);
        return seen;
    }

    /** The least of several looks: the JVM's compiler borrows up to tens of megabytes of the same heap for a while. */
    private static long leastInUse(int requestsPerLook, Requests requests) throws InterruptedException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < LOOKS; i++) {
            requests.serve(requestsPerLook);
            least = Math.min(least, inUse());
        }
        return least;
    }

    /** Bytes in use, after what only waits for the garbage collector is gone. */
    private static long inUse() throws InterruptedException {
        System.gc();
        Thread.sleep(50);
        try {
            Function mallinfo = NativeLibrary.getInstance("c").getFunction("mallinfo2");
            Usage usage = (Usage) mallinfo.invoke(Usage.class, new Object[0]);
            return usage.uordblks + usage.hblkhd;
        } catch (UnsatisfiedLinkError e) {
            return Assumptions.abort("this C library has no mallinfo2");
        }
    }

    /** {@code struct mallinfo2} of glibc. */
    @Structure.FieldOrder({
        "arena",
        "ordblks",
        "smblks",
        "hblks",
        "hblkhd",
        "usmblks",
        "fsmblks",
        "uordblks",
        "fordblks",
        "keepcost"
    })
    public static final class Usage extends Structure implements Structure.ByValue {
        public long arena;
        public long ordblks;
        public long smblks;
        public long hblks;
        public long hblkhd;
        public long usmblks;
        public long fsmblks;
        public long uordblks;
        public long fordblks;
        public long keepcost;
    }
}
