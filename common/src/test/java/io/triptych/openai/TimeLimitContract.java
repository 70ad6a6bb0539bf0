package io.triptych.openai;

import static io.triptych.openai.ApiAnswers.content;
import static io.triptych.openai.ApiAnswers.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.triptych.serving.InferenceExecutor;
import io.triptych.speculation.ScriptedTarget;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import tools.jackson.databind.JsonNode;

/** What becomes of a request that takes too long. The service of a subclass runs on a scripted target and allows a second. */
@Timeout(60)
public abstract class TimeLimitContract {
    private final String path;
    private final String whole;
    private final String stream;
    private final int passesToFirst;

    @Autowired
    private MockMvcTester http;

    @Autowired
    private ScriptedTarget target;

    @Autowired
    private InferenceExecutor<?, ?> executor;

    /**
     * @param whole a request of more passes than one
     * @param stream the same, streamed as events
     * @param passesToFirst until the stream tells something
     */
    protected TimeLimitContract(String path, String whole, String stream, int passesToFirst) {
        this.path = path;
        this.whole = whole;
        this.stream = stream;
        this.passesToFirst = passesToFirst;
    }

    @BeforeEach
    void hold() throws InterruptedException {
        executor.awaitLoaded();
        target.hold();
    }

    @AfterEach
    void release() {
        target.release();
    }

    @Test
    void isAnErrorBeforeAnythingWasSent() {
        MockHttpServletResponse answer = ApiAnswers.post(http, path, whole);
        assertTookTooLong(json(content(answer)));
        assertThat(answer.getStatus()).isEqualTo(504);
        assertThat(answer.getHeader("X-Should-Retry")).isEqualTo("false");
        assertThatTheWorkEnds();
    }

    @Test
    void isAnEventInAStream() {
        target.allow(passesToFirst);
        MockHttpServletResponse answer = ApiAnswers.post(http, path, stream);
        assertThat(answer.getStatus()).isEqualTo(200);
        String[] events = content(answer).split("\n\n");
        assertThat(events).hasSizeGreaterThan(1);
        assertTookTooLong(json(events[events.length - 1].replaceFirst("^data: ", "")));
        assertThat(content(answer)).doesNotContain("[DONE]");
        assertThatTheWorkEnds();
    }

    @Test
    void countsFromTheArrival() throws Exception {
        CompletableFuture<MockHttpServletResponse> running =
                CompletableFuture.supplyAsync(() -> ApiAnswers.post(http, path, whole));
        await().until(() -> target.openSessions() > 0);
        assertThat(ApiAnswers.post(http, path, whole).getStatus()).isEqualTo(504);
        assertThat(running.get().getStatus()).isEqualTo(504);
        assertThatTheWorkEnds();
    }

    @Test
    void leavesAloneWhatIsInTime() {
        target.release();
        assertThat(ApiAnswers.post(http, path, whole).getStatus()).isEqualTo(200);
    }

    /** The pass that is held is the last one: the job is told to stop, not left to run. */
    private void assertThatTheWorkEnds() {
        long before = target.passes();
        target.allow(1);
        await().until(() -> target.openSessions() == 0);
        assertThat(target.passes() - before).isLessThanOrEqualTo(1);
    }

    private static void assertTookTooLong(JsonNode answer) {
        JsonNode error = answer.path("error");
        assertThat(error.path("code").stringValue()).isEqualTo("time_limit_exceeded");
        assertThat(error.path("type").stringValue()).isEqualTo("server_error");
        assertThat(error.path("message").stringValue()).contains("longer than 1.0 s");
    }
}
