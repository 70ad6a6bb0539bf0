package io.triptych.speech.audio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;

/** Programs that read audio files: FFmpeg's own, which come with its libraries, and those that the machine has. */
public final class Programs {
    private static final String FFMPEG = Loader.load(org.bytedeco.ffmpeg.ffmpeg.class);
    private static final String FFPROBE = Loader.load(org.bytedeco.ffmpeg.ffprobe.class);

    private Programs() {}

    /** The samples of 16 bits that a player hears of a file. */
    public static short[] decode(byte[] file, AudioFormat format, int sampleRate) throws Exception {
        Path path = write(file, format);
        Path samples = Files.createTempFile("decoded", ".raw");
        try {
            run(Stream.of(
                            List.of(FFMPEG, "-v", "error", "-y"),
                            input(path, format, sampleRate),
                            List.of("-f", "s16le", "-ac", "1", "-ar", Integer.toString(sampleRate), samples.toString()))
                    .flatMap(List::stream)
                    .toList());
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(samples)).order(ByteOrder.LITTLE_ENDIAN);
            short[] decoded = new short[bytes.remaining() / 2];
            bytes.asShortBuffer().get(decoded);
            return decoded;
        } finally {
            Files.delete(path);
            Files.delete(samples);
        }
    }

    /** What ffprobe says of a stream's field, or of the file's. */
    public static String probe(byte[] file, AudioFormat format, int sampleRate, String entry) throws Exception {
        Path path = write(file, format);
        try {
            return run(Stream.of(
                                    List.of(FFPROBE, "-v", "error", "-show_entries", entry, "-of", "csv=p=0"),
                                    input(path, format, sampleRate))
                            .flatMap(List::stream)
                            .toList())
                    .strip();
        } finally {
            Files.delete(path);
        }
    }

    /** The seconds of sound that sox finds in a file; none if there is no sox here, or none that knows the format. */
    public static Optional<Double> soxSeconds(byte[] file, AudioFormat format) throws Exception {
        if (format == AudioFormat.PCM
                || !onPath("sox")
                || !run(List.of("sox", "--help"))
                        .matches("(?s).*AUDIO FILE FORMATS:[^\n]* " + format.label() + "[ \n].*")) {
            return Optional.empty();
        }
        Path path = write(file, format);
        try {
            String length = run(List.of("sox", path.toString(), "-n", "stat"))
                    .replaceFirst("(?s).*Length \\(seconds\\): *([\\d.]+).*", "$1");
            return Optional.of(Double.parseDouble(length));
        } finally {
            Files.delete(path);
        }
    }

    private static boolean onPath(String program) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    private static List<String> input(Path path, AudioFormat format, int sampleRate) {
        return format == AudioFormat.PCM
                ? List.of(
                        "-f", "s16le", "-ar", Integer.toString(sampleRate), "-ch_layout", "mono", "-i", path.toString())
                : List.of("-i", path.toString());
    }

    private static Path write(byte[] file, AudioFormat format) throws IOException {
        return Files.write(Files.createTempFile("speech", "." + format.label()), file);
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // FFmpeg's programs find the libraries beside them, but not those that these need in turn (libva).
        builder.environment().put("LD_LIBRARY_PATH", Path.of(FFMPEG).getParent().toString());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", command, output).isZero();
        return output;
    }
}
