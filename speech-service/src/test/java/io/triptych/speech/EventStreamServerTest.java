package io.triptych.speech;

class EventStreamServerTest extends ScriptedServer {
    EventStreamServerTest() {
        super("sse");
    }

    @Override
    protected String firstOfStream() {
        return "event: speech.audio.delta";
    }
}
