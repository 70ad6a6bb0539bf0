package io.triptych.serving;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Structure;
import org.junit.jupiter.api.Assumptions;

/** The C library's own account of allocated memory, which is where libtorch, the tokenizer and JNI allocate. */
public final class NativeHeap {
    private NativeHeap() {}

    /** Bytes in use, after what only waits for the garbage collector is gone. */
    public static long inUse() throws InterruptedException {
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
