package io.triptych.speech.web;

import io.triptych.openai.ResponseShape;
import io.triptych.openai.SseWriter;
import io.triptych.speech.SpeechEvent;
import io.triptych.speech.SpeechEvent.Finished;
import io.triptych.speech.SpeechEvent.Sound;
import io.triptych.speech.SpeechReport;
import io.triptych.speech.SpeechRequest;
import io.triptych.speech.audio.AudioFile;
import io.triptych.speech.web.SpeechStreamEvent.Usage;
import java.io.IOException;
import java.util.Base64;
import java.util.List;

/** Tells speech: samples in, a file or pieces of it out. */
final class SpeechShape implements ResponseShape<SpeechEvent> {
    private final SpeechRequest request;
    private final double speed;
    private final AudioFile file;

    /** @param file empty; the caller closes it */
    SpeechShape(SpeechRequest request, double speed, AudioFile file) {
        this.request = request;
        this.speed = speed;
        this.file = file;
    }

    @Override
    public void write(SpeechEvent event, SseWriter stream) throws IOException {
        byte[] bytes = bytes(event);
        if (bytes.length > 0) {
            String audio = Base64.getEncoder().encodeToString(bytes);
            stream.send(SpeechStreamEvent.DELTA, SpeechStreamEvent.delta(audio));
        }
        if (event instanceof Finished finished) {
            SpeechReport report = finished.report().atSpeed(speed);
            long prompt = request.lines().stream()
                    .mapToLong(line -> line.prompt().length)
                    .sum();
            stream.send(
                    SpeechStreamEvent.DONE,
                    SpeechStreamEvent.done(Usage.of(prompt, report.speculation().tokens()), report));
        }
    }

    /** The bytes of the file that an event brings. */
    byte[] bytes(SpeechEvent event) {
        add(event);
        return file.drain();
    }

    private void add(SpeechEvent event) {
        if (event instanceof Sound sound) {
            file.write(sound.samples());
        } else {
            file.finish();
        }
    }

    @Override
    public SpokenFile whole(List<SpeechEvent> events) {
        events.forEach(this::add);
        Finished finished = (Finished) events.get(events.size() - 1);
        return new SpokenFile(file.whole(), finished.report().atSpeed(speed));
    }

    /** A whole file, and what it took. */
    @SuppressWarnings("ArrayRecordComponent")
    record SpokenFile(byte[] bytes, SpeechReport report) {}
}
