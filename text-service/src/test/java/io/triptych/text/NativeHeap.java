package io.triptych.text;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Structure;
import org.junit.jupiter.api.Assumptions;

/** The C library's own account of allocated memory, which is where libtorch, the tokenizer and JNI allocate. */
final class NativeHeap {
    private static final int SAMPLES = 5;

    private NativeHeap() {}

    /** Bytes in use: the least of some samples, since the JVM's compiler comes and goes in the same heap. */
    static long inUse() throws InterruptedException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < SAMPLES; i++) {
            System.gc();
            Thread.sleep(50);
            least = Math.min(least, sample());
        }
        return least;
    }

    private static long sample() {
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
