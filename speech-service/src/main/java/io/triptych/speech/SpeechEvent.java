package io.triptych.speech;

/** What a request yields: pieces of sound, and the account of them. A response is the sum of its events. */
public sealed interface SpeechEvent {
    /**
     * The samples that follow, about -1 to 1.
     *
     * @param samples at least one
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Sound(float[] samples) implements SpeechEvent {}

    /** The speech is done. Comes once, at the end. */
    record Finished(SpeechReport report) implements SpeechEvent {}
}
