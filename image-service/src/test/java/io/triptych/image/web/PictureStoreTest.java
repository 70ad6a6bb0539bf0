package io.triptych.image.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PictureStoreTest {
    private Instant now = Instant.EPOCH;
    private final PictureStore store = new PictureStore(Duration.ofMinutes(60), 100, () -> now);

    @Test
    void givesWhatItWasGiven() {
        String name = store.put(new byte[] {1, 2}, PictureFormat.WEBP);
        assertThat(name).endsWith(".webp");
        assertThat(store.get(name).orElseThrow().bytes()).containsExactly(1, 2);
        assertThat(store.get(name).orElseThrow().format()).isEqualTo(PictureFormat.WEBP);
        assertThat(store.get("other.webp")).isEmpty();
    }

    @Test
    void dropsWhatIsTooOld() {
        String name = store.put(new byte[1], PictureFormat.PNG);
        now = now.plus(Duration.ofMinutes(59));
        String young = store.put(new byte[1], PictureFormat.PNG);
        assertThat(store.get(name)).isPresent();
        now = now.plus(Duration.ofMinutes(1));
        assertThat(store.get(name)).isEmpty();
        assertThat(store.get(young)).isPresent();
    }

    @Test
    void dropsTheOldestWhereThereIsTooMuch() {
        String first = store.put(new byte[40], PictureFormat.PNG);
        String second = store.put(new byte[60], PictureFormat.PNG);
        assertThat(store.get(first)).isPresent();
        String third = store.put(new byte[1], PictureFormat.PNG);
        assertThat(store.get(first)).isEmpty();
        assertThat(store.get(second)).isPresent();
        assertThat(store.get(store.put(new byte[101], PictureFormat.PNG))).isEmpty();
        assertThat(store.get(third)).isEmpty();
    }
}
