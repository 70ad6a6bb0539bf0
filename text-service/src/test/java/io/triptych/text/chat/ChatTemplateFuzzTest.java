package io.triptych.text.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.triptych.checkpoint.CheckpointDirectory;
import io.triptych.checkpoint.CheckpointException;
import io.triptych.tokenizer.TestCheckpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Any bytes for a chat template: it renders, is refused, or refuses the messages; it never runs without end and never
 * sees what a message holds as a template. The seeds are templates, harmless and hostile.
 */
@Timeout(20)
class ChatTemplateFuzzTest {
    private static final List<ChatMessage> MESSAGES = List.of(
            new ChatMessage("system", " Be brief.\n"),
            new ChatMessage("user", "Hi {{ 6543 * 2 }} <think>\n</think>😀"),
            new ChatMessage("assistant", ""));

    @TempDir
    static Path directory;

    private static CheckpointDirectory checkpoint;

    @BeforeAll
    static void open() {
        checkpoint = TestCheckpoints.open(directory);
    }

    @AfterAll
    static void close() {
        checkpoint.close();
    }

    @FuzzTest
    void rendersOrRefuses(byte[] content) throws IOException {
        Files.write(directory.resolve("chat_template.jinja"), content);
        try {
            String prompt = ChatTemplate.of(checkpoint).render(MESSAGES, true);
            assertThat(prompt).doesNotContain("13086");
        } catch (CheckpointException | ChatTemplateException e) {
            assertThat(e.getMessage()).contains("template");
        }
    }
}
