package io.triptych.text.web;

import io.triptych.openai.SpeculationRequest;
import java.util.List;
import java.util.Map;

/** What completions and chat completions have in common. Everything may be null, which means the default. */
interface TextParameters {
    String model();

    Double temperature();

    Double topP();

    Integer topK();

    Double minP();

    Integer n();

    Long seed();

    List<String> stop();

    Double presencePenalty();

    Double frequencyPenalty();

    Double repetitionPenalty();

    Map<Integer, Double> logitBias();

    Boolean stream();

    StreamOptions streamOptions();

    SpeculationRequest speculation();
}
