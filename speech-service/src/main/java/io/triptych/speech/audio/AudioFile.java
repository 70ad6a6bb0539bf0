package io.triptych.speech.audio;

/**
 * Speech of one speed as a file that grows, as {@link AudioEncoder} tells. Used by one thread at a time.
 */
public final class AudioFile implements AutoCloseable {
    private static final double UNCHANGED = 1;

    private final AudioEncoder encoder;
    private final Tempo tempo;

    /**
     * @param sampleRate one that the format {@linkplain AudioFormat#takes takes}
     * @param speed from 0.25 to 4; 1 leaves the samples as they are
     */
    public AudioFile(AudioFormat format, int sampleRate, double speed) {
        tempo = speed == UNCHANGED ? null : new Tempo(speed, sampleRate);
        encoder = new AudioEncoder(format, sampleRate);
    }

    /** Adds samples, from -1 to 1; what lies beyond is cut off. */
    public void write(float[] samples) {
        encoder.write(tempo == null ? samples : tempo.change(samples));
    }

    /** Ends the sound. */
    public void finish() {
        if (tempo != null) {
            encoder.write(tempo.finish());
        }
        encoder.finish();
    }

    /** The bytes that have come since they were last asked for, behind a header that leaves the length open. */
    public byte[] drain() {
        return encoder.drain();
    }

    /** The file as far as it goes; once it is finished, its header tells its length. */
    public byte[] whole() {
        return encoder.file();
    }

    @Override
    public void close() {
        encoder.close();
        if (tempo != null) {
            tempo.close();
        }
    }
}
