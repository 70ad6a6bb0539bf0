package io.triptych.decoder;

import java.util.Arrays;

/**
 * Learns which of a few ways to do something is fastest, apart for sizes within a factor of two and for how many ways there are. Now and then another way than
 * the one preferred is tried, more rarely as long as it stays slower: what was fastest while the machine was busy with other things,
 * as it is when services start, need not be so for good. A way is tried a few times on end, since the first time finds its caches
 * cold and its threads asleep, and compared with the times right before, since machines change their pace. Not thread-safe.
 */
final class FastestWay {
    /** Times on end that a way is tried, and as many right before with which they are compared; of both the median counts. */
    private static final int TRIES = 5;

    /** What takes so many times as long as the preferred way is not tried further. */
    private static final double HOPELESS = 2;

    /** The share of the time that a way must take to be preferred to one before it: threads that share work are not free. */
    private static final double WORTHWHILE = 0.9;

    /** How often something is done between two trials of a way: what has once been preferred, and at most. */
    private static final int SHORT_INTERVAL = 16;

    private static final int LONGEST_INTERVAL = 1024;

    private final Size[][] sizes;

    /** @param ways how many there are, at least 1, the modest first; the first is preferred to begin with */
    FastestWay(int ways) {
        sizes = new Size[ways][Integer.SIZE];
    }

    /**
     * The way to do it this time.
     *
     * @param size of what is to be done, at least 1
     * @param open only the first so many ways can be taken; at least 1
     */
    int choose(double size, int open) {
        return of(size, open).choose();
    }

    /** Tells what it took to do something of a size in a way, of so many that were open. */
    void took(int way, double size, int open, double seconds) {
        of(size, open).took(way, seconds / size);
    }

    private Size of(double size, int open) {
        Size[] ofOpen = sizes[open - 1];
        int number = Math.getExponent(size);
        if (ofOpen[number] == null) {
            ofOpen[number] = new Size(open);
        }
        return ofOpen[number];
    }

    private static final class Size {
        private final int[] interval;
        private final int[] untilTrial;
        private final double[] recent = new double[TRIES]; // of the preferred way, for a unit of size
        private int oldest; // of these
        private int preferred;
        private int tried;
        private int triesLeft;
        private final double[] tries = new double[TRIES];

        Size(int ways) {
            interval = new int[ways];
            untilTrial = new int[ways];
            Arrays.fill(interval, TRIES);
            Arrays.fill(untilTrial, TRIES);
        }

        int choose() {
            for (int way = 0; way < interval.length && triesLeft == 0; way++) {
                if (way != preferred && untilTrial[way]-- <= 0) {
                    tried = way;
                    triesLeft = TRIES;
                }
            }
            return triesLeft > 0 ? tried : preferred;
        }

        void took(int way, double taken) {
            if (triesLeft > 0 && way == tried) {
                tries[--triesLeft] = taken;
                double before = median(recent);
                if (taken > HOPELESS * before) {
                    triesLeft = 0;
                    judge(false);
                } else if (triesLeft == 0) {
                    double worthwhile = tried > preferred ? WORTHWHILE : 1 / WORTHWHILE;
                    judge(median(tries) < worthwhile * before);
                }
            } else if (way == preferred) {
                recent[oldest] = taken;
                oldest = (oldest + 1) % TRIES;
            }
        }

        private void judge(boolean faster) {
            int other = faster ? preferred : tried;
            interval[other] = faster ? SHORT_INTERVAL : Math.min(2 * interval[other], LONGEST_INTERVAL);
            untilTrial[other] = interval[other];
            if (faster) {
                preferred = tried;
                System.arraycopy(tries, 0, recent, 0, TRIES);
            }
        }
    }

    private static double median(double[] times) {
        double[] sorted = times.clone();
        Arrays.sort(sorted);
        return sorted[TRIES / 2];
    }
}
