package io.triptych.speech;

class AudioStreamServerTest extends ScriptedServer {
    AudioStreamServerTest() {
        super("audio");
    }

    @Override
    protected String firstOfStream() {
        return "RIFF";
    }

    @Override
    protected String streamType() {
        return "audio/wav";
    }
}
