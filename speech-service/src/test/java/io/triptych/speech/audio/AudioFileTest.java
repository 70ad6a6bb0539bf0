package io.triptych.speech.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.triptych.serving.NativeHeap;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files read back by programs that have no part in writing them. */
class AudioFileTest {
    private static final int RATE = 16_000;
    private static final Map<AudioFormat, String> CODECS = Map.of(
            AudioFormat.MP3, "mp3",
            AudioFormat.OPUS, "opus",
            AudioFormat.AAC, "aac",
            AudioFormat.FLAC, "flac",
            AudioFormat.WAV, "pcm_s16le",
            AudioFormat.PCM, "pcm_s16le");

    /** Samples of an AAC block; its files cannot tell that the first is empty and the last is filled up. */
    private static final int AAC_BLOCK = 1024;

    /** Samples of an MP3 block at this rate; a stream cannot tell that its last is filled up. */
    private static final int MP3_BLOCK = 576;

    /** Samples of a beep. */
    private static final int BEEP = RATE / 20;

    @ParameterizedTest
    @EnumSource
    void wholeAndStreamedFilesHoldTheWholeSound(AudioFormat format) throws Exception {
        for (int length : new int[] {320, 639, 640, 2880, 33_333}) {
            float[] sound = sound(length);
            byte[] whole = whole(format, sound, 1);
            byte[] streamed = streamed(format, sound, 1, new Random(length));
            assertThat(streamed).as("%s samples", length).hasSameSizeAs(whole);
            assertHolds(sound, whole, format, format == AudioFormat.AAC ? AAC_BLOCK - 1 : 0);
            assertHolds(
                    sound,
                    streamed,
                    format,
                    format == AudioFormat.AAC ? AAC_BLOCK - 1 : format == AudioFormat.MP3 ? MP3_BLOCK - 1 : 0);
            assertThat(Programs.probe(whole, format, RATE, "stream=codec_name,sample_rate,channels"))
                    .isEqualTo(CODECS.get(format) + "," + (format == AudioFormat.OPUS ? 48_000 : RATE) + ",1");
        }
    }

    private static void assertHolds(float[] sound, byte[] file, AudioFormat format, int filling) throws Exception {
        short[] decoded = Programs.decode(file, format, RATE);
        int delay = format == AudioFormat.AAC ? AAC_BLOCK : 0;
        assertThat(decoded.length - delay).isBetween(sound.length, sound.length + filling);
        boolean lossless =
                List.of(AudioFormat.FLAC, AudioFormat.WAV, AudioFormat.PCM).contains(format);
        int tail = Math.max(0, sound.length - RATE / 10);
        assertThat(loudestDifference(sound, decoded, delay, 0)).isLessThan(lossless ? 1e-4 : 0.2);
        assertThat(loudestDifference(sound, decoded, delay, tail))
                .as("the end is there")
                .isLessThan(lossless ? 1e-4 : 0.2);
    }

    /** What the comparison above would see if a file were late by a millisecond, or lacked its end. */
    @Test
    void aShiftOrAClippedTailWouldBeSeen() throws Exception {
        float[] sound = sound(8000);
        short[] decoded = Programs.decode(whole(AudioFormat.WAV, sound, 1), AudioFormat.WAV, RATE);
        assertThat(loudestDifference(sound, decoded, 0, 0)).isLessThan(1e-4);
        short[] late = new short[decoded.length + 16];
        System.arraycopy(decoded, 0, late, 16, decoded.length);
        assertThat(loudestDifference(sound, late, 0, 0)).isGreaterThan(0.3);
        Arrays.fill(decoded, decoded.length - 400, decoded.length, (short) 0);
        assertThat(loudestDifference(sound, decoded, 0, 7500)).isGreaterThan(0.3);
    }

    @ParameterizedTest
    @EnumSource
    void soxReadsWhatItKnows(AudioFormat format) throws Exception {
        float[] sound = sound(33_333);
        // sox knows nothing of the tag that tells what MP3 adds at either end: up to two blocks.
        double added = format == AudioFormat.MP3 ? 2.0 * MP3_BLOCK / RATE : 0.001;
        for (byte[] file : List.of(whole(format, sound, 1), streamed(format, sound, 1, new Random(3)))) {
            Programs.soxSeconds(file, format).ifPresent(seconds -> assertThat(seconds)
                    .isBetween(33_333.0 / RATE - 0.001, 33_333.0 / RATE + added));
        }
    }

    @Test
    void wholeFilesTellTheirLengthAndStreamsLeaveItOpen() throws Exception {
        float[] sound = sound(16_000);
        byte[] whole = whole(AudioFormat.WAV, sound, 1);
        byte[] streamed = streamed(AudioFormat.WAV, sound, 1, new Random(1));
        assertThat(whole).hasSize(44 + 32_000);
        assertThat(number(whole, 4)).isEqualTo(whole.length - 8);
        assertThat(number(whole, 40)).isEqualTo(32_000);
        assertThat(number(streamed, 4)).isEqualTo(-1);
        assertThat(number(streamed, 40)).isEqualTo(-1);
        for (AudioFormat format : List.of(AudioFormat.MP3, AudioFormat.FLAC)) {
            double seconds =
                    Double.parseDouble(Programs.probe(whole(format, sound, 1), format, RATE, "format=duration"));
            assertThat(seconds).as("%s", format).isCloseTo(1, within(1e-6));
        }
    }

    @Test
    void cutsOffWhatIsTooLoud() throws Exception {
        short[] decoded =
                Programs.decode(whole(AudioFormat.WAV, new float[] {-2, -1, 0, 1, 2, 0.5f}, 1), AudioFormat.WAV, RATE);
        assertThat(decoded).containsExactly(-32767, -32767, 0, 32767, 32767, 16384);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.25, 0.5, 0.8, 1.25, 2, 3, 4})
    void speedChangesTheLengthAndNotThePitch(double speed) throws Exception {
        float[] tone = new float[32_000];
        for (int i = 0; i < tone.length; i++) {
            tone[i] = (float) (0.5 * Math.sin(2 * Math.PI * 300 * i / RATE));
        }
        byte[] whole = whole(AudioFormat.PCM, tone, speed);
        short[] changed = Programs.decode(whole, AudioFormat.PCM, RATE);
        assertThat(changed).hasSize((int) Math.round(tone.length / speed));
        int periods = 0;
        for (int i = 1; i < changed.length; i++) {
            periods += changed[i - 1] < 0 && changed[i] >= 0 ? 1 : 0;
        }
        assertThat((double) periods * RATE / changed.length).isCloseTo(300, within(4.0));
        assertThat(streamed(AudioFormat.PCM, tone, speed, new Random(5))).isEqualTo(whole);
    }

    /**
     * Beeps of 50 ms in noise: one filter alone, which leaves samples out, loses an eighth of them at 2.5 times the tempo, two
     * fifths at 3 and three fifths at 4.
     */
    @ParameterizedTest
    @CsvSource({"2, 0.02", "2.5, 0.02", "3, 0.02", "4, 0.35"})
    void littleIsLostAtHighSpeed(double speed, double mostLost) throws Exception {
        Random random = new Random(1);
        int[] starts = new int[200];
        float[] sound = new float[starts.length * 2000];
        for (int i = 0; i < sound.length; i++) {
            sound[i] = (float) (0.02 * random.nextGaussian());
        }
        for (int beep = 0; beep < starts.length; beep++) {
            starts[beep] = 2000 * beep + random.nextInt(1000);
            for (int i = 0; i < BEEP; i++) {
                double fading = Math.sin(Math.PI * i / BEEP);
                sound[starts[beep] + i] += (float) (0.5 * fading * fading * Math.sin(phase(beep, i)));
            }
        }
        short[] changed = Programs.decode(whole(AudioFormat.PCM, sound, speed), AudioFormat.PCM, RATE);
        long lost = IntStream.range(0, starts.length)
                .filter(beep -> loudness(changed, (int) (starts[beep] / speed), beep) < 0.2)
                .count();
        assertThat((double) lost / starts.length).isLessThan(mostLost);
    }

    /** Of a beep's tone, which is another than those of its neighbours. */
    private static double phase(int beep, int sample) {
        return 2 * Math.PI * (400 + 100 * (7 * beep % 20)) * sample / RATE;
    }

    /** How loud a beep's tone is in the loudest 10 ms near a place. */
    private static double loudness(short[] sound, int near, int beep) {
        int window = RATE / 100;
        double loudest = 0;
        for (int from = Math.max(0, near - 800); from < Math.min(sound.length - window, near + 800); from += 16) {
            double real = 0;
            double imaginary = 0;
            double weights = 0;
            for (int i = 0; i < window; i++) {
                double weight = Math.pow(Math.sin(Math.PI * i / window), 2);
                real += weight * sound[from + i] / 32767 * Math.cos(phase(beep, i));
                imaginary += weight * sound[from + i] / 32767 * Math.sin(phase(beep, i));
                weights += weight;
            }
            loudest = Math.max(loudest, 2 * Math.hypot(real, imaginary) / weights);
        }
        return loudest;
    }

    @Test
    void anEmptySoundIsAFile() {
        for (AudioFormat format : AudioFormat.values()) {
            assertThat(whole(format, new float[0], 1)).hasSizeLessThan(400);
            assertThat(whole(format, new float[0], 2)).hasSizeLessThan(400);
        }
    }

    @Test
    void takesOnlyRatesThatTheFormatHas() {
        assertThat(AudioFormat.OPUS.takes(24_000)).isTrue();
        assertThat(AudioFormat.OPUS.takes(22_050)).isFalse();
        assertThat(AudioFormat.MP3.takes(2400)).isFalse();
        assertThat(AudioFormat.WAV.takes(2400)).isTrue();
    }

    @Test
    void leavesNoNativeMemoryBehind() throws InterruptedException {
        float[] sound = sound(16_000);
        NativeHeap.assertFlat(4, count -> {
            for (int i = 0; i < count; i++) {
                for (AudioFormat format : AudioFormat.values()) {
                    whole(format, sound, 1.3);
                }
            }
        });
    }

    /** A chirp that is loud to its end. */
    private static float[] sound(int length) {
        float[] sound = new float[length];
        for (int i = 0; i < length; i++) {
            double seconds = (double) i / RATE;
            sound[i] = (float) (0.4 * Math.sin(2 * Math.PI * (300 + 100 * seconds) * seconds));
        }
        return sound;
    }

    private static byte[] whole(AudioFormat format, float[] sound, double speed) {
        try (AudioFile file = new AudioFile(format, RATE, speed)) {
            file.write(sound);
            file.finish();
            return file.whole();
        }
    }

    private static byte[] streamed(AudioFormat format, float[] sound, double speed, Random random) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (AudioFile file = new AudioFile(format, RATE, speed)) {
            int done = 0;
            while (done < sound.length) {
                int end = Math.min(sound.length, done + 1 + random.nextInt(3000));
                file.write(Arrays.copyOfRange(sound, done, end));
                bytes.writeBytes(file.drain());
                done = end;
            }
            file.finish();
            bytes.writeBytes(file.drain());
        }
        return bytes.toByteArray();
    }

    private static double loudestDifference(float[] sound, short[] decoded, int delay, int from) {
        double loudest = 0;
        for (int i = from; i < sound.length; i++) {
            loudest = Math.max(loudest, Math.abs(sound[i] - decoded[i + delay] / 32767.0));
        }
        return loudest;
    }

    private static int number(byte[] file, int at) {
        return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
    }
}
