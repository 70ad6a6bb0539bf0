package io.triptych.openai;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Who may ask, and how much may come at once: {@code triptych.api.*}, the same for every service.
 *
 * @param keys that a request must have one of; without any, and without a file of them, every request is served
 * @param keyFile file with a key on each line; empty lines and those that begin with {@code #} are passed over
 * @param requestsPerKey the most requests of one key that are served or wait at the same time
 * @param largestBody the most bytes of a request's body
 * @param slowestBody how long a request's body may take to come
 */
@ConfigurationProperties("triptych.api")
record ApiProperties(
        @DefaultValue List<String> keys,
        @DefaultValue("") String keyFile,
        @DefaultValue("8") int requestsPerKey,
        @DefaultValue("1MB") DataSize largestBody,
        @DefaultValue("30s") Duration slowestBody) {

    /** Tells no key. */
    @Override
    public String toString() {
        return "ApiProperties[" + keys.size() + " keys]";
    }
}
