package io.triptych.decoder;

/**
 * Learns which of a few ways to do something is fastest, apart for sizes within a factor of two. At first each is tried in
 * turn; from then on the fastest is taken, and another tried again now and then, more rarely as long as it stays slower: what was
 * fastest while the machine was busy with other things, as it is when services start, need not be so for good. Not thread-safe.
 */
final class FastestWay {
    private static final int TRIALS = 3;

    /** So many times the fastest is taken between two trials of others: at least, and at most. */
    private static final int SHORTEST_INTERVAL = 16;

    private static final int LONGEST_INTERVAL = 1024;

    /** How fast what is known of the fastest way follows what it takes; a single time counts for no more than twice that. */
    private static final double SHARE = 0.2;

    private final int ways;
    private final Size[] sizes = new Size[Integer.SIZE];

    /** @param ways how many there are, at least 1 */
    FastestWay(int ways) {
        this.ways = ways;
    }

    /**
     * The way to do it this time.
     *
     * @param size of what is to be done, at least 1
     * @param open only the first so many ways can be taken; at least 1
     */
    int choose(double size, int open) {
        return of(size).choose(open);
    }

    /** Tells what it took to do something of a size in a way. */
    void took(int way, double size, double seconds) {
        of(size).took(way, seconds / size);
    }

    private Size of(double size) {
        int number = Math.getExponent(size);
        if (sizes[number] == null) {
            sizes[number] = new Size();
        }
        return sizes[number];
    }

    private final class Size {
        private final double[] time = new double[ways]; // for a unit of size
        private final int[] tried = new int[ways];
        private int interval = SHORTEST_INTERVAL;
        private int untilTrial = SHORTEST_INTERVAL;
        private int lastTrial;

        int choose(int open) {
            int least = 0;
            for (int way = 1; way < open; way++) {
                least = tried[way] < tried[least] ? way : least;
            }
            if (tried[least] < TRIALS) {
                return least;
            }
            int fastest = fastest(open);
            if (open == 1 || --untilTrial > 0) {
                return fastest;
            }
            interval = Math.min(2 * interval, LONGEST_INTERVAL);
            untilTrial = interval;
            do {
                lastTrial = (lastTrial + 1) % open;
            } while (lastTrial == fastest);
            return lastTrial;
        }

        void took(int way, double taken) {
            int fastest = fastest(ways);
            if (tried[way] < TRIALS) {
                time[way] = tried[way] == 0 ? taken : Math.min(time[way], taken);
                tried[way]++;
            } else if (way == fastest) {
                time[way] += SHARE * (Math.min(taken, 2 * time[way]) - time[way]);
            } else {
                time[way] = taken;
                if (taken < time[fastest]) {
                    interval = SHORTEST_INTERVAL;
                    untilTrial = interval;
                }
            }
        }

        /** Of the first ways that were tried. */
        private int fastest(int open) {
            int fastest = 0;
            for (int way = 1; way < open; way++) {
                fastest = tried[way] > 0 && time[way] < time[fastest] ? way : fastest;
            }
            return fastest;
        }
    }
}
