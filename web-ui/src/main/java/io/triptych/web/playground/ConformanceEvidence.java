package io.triptych.web.playground;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.ResourcePatternResolver;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** What the tests of the verification rules left behind when this program was built; nothing if they were not run. */
@Component
class ConformanceEvidence {
    private static final String FILES = "classpath*:conformance/*.json";

    private final List<ProvenRule> rules;

    ConformanceEvidence(ResourcePatternResolver resources, JsonMapper mapper) throws IOException {
        List<ProvenRule> found = new ArrayList<>();
        for (Resource file : resources.getResources(FILES)) {
            try (InputStream in = file.getInputStream()) {
                found.add(mapper.readValue(in, ProvenRule.class));
            }
        }
        found.sort(Comparator.comparing((ProvenRule rule) -> ProvenRule.CONTRACTS.indexOf(rule.contract()))
                .thenComparing(ProvenRule::rule));
        this.rules = List.copyOf(found);
    }

    List<ProvenRule> rules() {
        return rules;
    }
}
