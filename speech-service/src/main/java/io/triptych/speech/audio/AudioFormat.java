package io.triptych.speech.audio;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;
import java.util.Set;

/** A kind of audio file, under the names of FFmpeg's encoders and muxers. */
public enum AudioFormat {
    /** MPEG layer III with a LAME tag, which tells the delay of the encoder. */
    @JsonProperty("mp3")
    MP3(
            "mp3",
            "libmp3lame",
            64_000,
            "audio/mpeg",
            Set.of(8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)),
    /** Opus in Ogg. */
    @JsonProperty("opus")
    OPUS("ogg", "libopus", 32_000, "audio/ogg", Set.of(8000, 12000, 16000, 24000, 48000)),
    /** AAC in ADTS, which cannot tell the delay of the encoder. */
    @JsonProperty("aac")
    AAC("adts", "aac", 64_000, "audio/aac", Set.of(8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)),
    /** Lossless. */
    @JsonProperty("flac")
    FLAC("flac", "flac", 0, "audio/flac", Set.of()),
    /** Samples of 16 bits behind a header. */
    @JsonProperty("wav")
    WAV("wav", "pcm_s16le", 0, "audio/wav", Set.of()),
    /** Samples of 16 bits, little-endian, and nothing else. */
    @JsonProperty("pcm")
    PCM("s16le", "pcm_s16le", 0, "audio/pcm", Set.of());

    final String muxer;
    final String encoder;
    final int bitsPerSecond;
    private final String mediaType;

    @SuppressWarnings("ImmutableEnumChecker") // it is a copy that nobody can change
    private final Set<Integer> sampleRates;

    AudioFormat(String muxer, String encoder, int bitsPerSecond, String mediaType, Set<Integer> sampleRates) {
        this.muxer = muxer;
        this.encoder = encoder;
        this.bitsPerSecond = bitsPerSecond;
        this.mediaType = mediaType;
        this.sampleRates = sampleRates;
    }

    /** The name in requests and responses. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The media type of a file; that of bare samples tells how to read them. */
    public String mediaType(int sampleRate) {
        return this == PCM ? mediaType + ";rate=" + sampleRate + ";channels=1;encoding=s16le" : mediaType;
    }

    /** Whether there can be files of this kind with so many samples in a second. */
    public boolean takes(int sampleRate) {
        return sampleRates.isEmpty() || sampleRates.contains(sampleRate);
    }
}
