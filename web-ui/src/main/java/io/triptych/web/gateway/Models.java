package io.triptych.web.gateway;

import java.util.List;
import java.util.Map;

/**
 * {@code GET /v1/models}.
 *
 * @param data models as their services tell them: {@code id}, {@code created} and so on
 */
record Models(String object, List<Map<String, Object>> data) {
    Models(List<Map<String, Object>> data) {
        this("list", data);
    }
}
