package io.triptych.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.util.unit.DataSize;

@ExtendWith(OutputCaptureExtension.class)
class ApiKeysTest {
    private static final String KEY = "0123456789abcdef";
    private static final String OTHER = "fedcba9876543210";

    @TempDir
    private Path root;

    @Test
    void needsNoneWhereThereIsNone() {
        assertThat(keys(properties("")).required()).isFalse();
        assertThat(keys(properties("", KEY)).required()).isTrue();
    }

    @Test
    void givesEveryKeyPlacesOfItsOwn() {
        ApiKeys keys = keys(properties("", KEY, OTHER, KEY));
        Semaphore places = keys.places("Bearer " + KEY).orElseThrow();
        assertThat(places.availablePermits()).isEqualTo(3);
        assertThat(keys.places("Bearer " + OTHER)).get().isNotSameAs(places);
        assertThat(keys.places("Bearer " + KEY)).containsSame(places);
        assertThat(keys.places(null)).isEmpty();
        assertThat(keys.places("Bearer 0123456789abcdeF")).isEmpty();
    }

    @Test
    void readsAFileBelowTheRoot() throws Exception {
        Files.writeString(root.resolve("keys"), "# of the reading room\n  " + KEY + "  \r\n\n");
        ApiKeys keys = keys(properties("keys", OTHER));
        assertThat(keys.places("Bearer " + KEY)).isPresent();
        assertThat(keys.places("Bearer " + OTHER)).isPresent();
        assertThat(keys.places("Bearer of")).isEmpty();
    }

    /** An empty variable of the environment, as a compose file leaves it, is no key. */
    @ParameterizedTest
    @CsvSource({"'', 0", KEY + ", 1", "'" + KEY + " , " + OTHER + "', 2"})
    void readsSettings(String value, int count) {
        ApiProperties properties = new Binder(new MapConfigurationPropertySource(Map.of("triptych.api.keys", value)))
                .bindOrCreate("triptych.api", ApiProperties.class);
        assertThat(properties.keys()).hasSize(count);
        assertThat(keys(properties).required()).isEqualTo(count > 0);
        assertThat(properties.largestBody()).isEqualTo(DataSize.ofMegabytes(1));
    }

    /** A service that was to have keys must not start without: it would be open. */
    @Test
    void startsNotWithoutTheKeysThatItWasToHave() throws Exception {
        assertThatThrownBy(() -> keys(properties("missing")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("triptych.api.key-file");
        Files.writeString(root.resolve("empty"), "# none yet\n");
        assertThatThrownBy(() -> keys(properties("empty")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has no key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"too short", "0123456789 abcdef", "0123456789abcdéf", "0123456789abcde"})
    void refusesKeysThatAreNotSafeAndTellsNone(String key) throws Exception {
        assertThatThrownBy(() -> keys(properties("", KEY, key)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("triptych.api.keys")
                .hasMessageNotContainingAny(key, KEY);
        Files.writeString(root.resolve("keys"), key);
        assertThatThrownBy(() -> keys(properties("keys")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining(key);
        assertThat(properties("", key).toString()).doesNotContain(key);
    }

    @ParameterizedTest
    @CsvSource({"0.0.0.0, '', true", "0.0.0.0, " + KEY + ", false", "127.0.0.1, '', false", "::1, '', false"})
    void warnsOfAServiceThatIsOpenToTheNetwork(String address, String key, boolean warns, CapturedOutput output)
            throws Exception {
        ApiProperties properties = key.isEmpty() ? properties("") : properties("", key);
        new OpenAiConfiguration().apiKeys(properties, root.toString(), InetAddress.getByName(address));
        assertThat(output.getAll().contains("without API keys")).isEqualTo(warns);
        assertThat(output.getAll()).doesNotContain(KEY);
    }

    private ApiKeys keys(ApiProperties properties) {
        return ApiKeys.of(properties, root);
    }

    private static ApiProperties properties(String file, String... keys) {
        return new ApiProperties(List.copyOf(Arrays.asList(keys)), file, 3, DataSize.ofBytes(1), Duration.ofSeconds(1));
    }
}
