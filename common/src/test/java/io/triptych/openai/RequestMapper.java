package io.triptych.openai;

import tools.jackson.databind.json.JsonMapper;

/** Reads requests as a service does, without a service around it. */
public final class RequestMapper {
    private RequestMapper() {}

    public static JsonMapper create() {
        JsonMapper.Builder builder = JsonMapper.builder();
        new RequestJson().customize(builder);
        return builder.build();
    }
}
