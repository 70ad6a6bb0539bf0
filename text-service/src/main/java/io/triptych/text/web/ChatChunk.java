package io.triptych.text.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import io.triptych.openai.SpeculationReport;
import io.triptych.openai.Usage;
import java.util.List;

/** One chunk of a streamed chat completion. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ChatChunk(
        String id,
        String object,
        long created,
        String model,
        List<Choice> choices,
        Usage usage,
        SpeculationReport speculation) {

    /** What a pass added to one answer. */
    @Schema(name = "ChatChunkChoice")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Choice(
            int index,
            Delta delta,
            ChatResponse.Logprobs logprobs,
            @JsonProperty("finish_reason") String finishReason) {}

    /** The role on the first chunk of an answer, text on the others. */
    @Schema(name = "ChatChunkDelta")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Delta(String role, String content) {}
}
