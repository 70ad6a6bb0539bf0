package io.triptych.openai;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The keys that this service was told, of which it keeps digests only. No message names a key. Safe from any thread. */
final class ApiKeys {
    private static final Pattern KEY = Pattern.compile("[!-~]{16,}");
    private static final Pattern BEARER = Pattern.compile("Bearer +(\\S+)", Pattern.CASE_INSENSITIVE);

    /** One key: what it is known by, and the places of its requests. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Key(byte[] digest, Semaphore places) {}

    private final List<Key> keys;

    private ApiKeys(List<Key> keys) {
        this.keys = keys;
    }

    /**
     * The keys of the settings and of their file.
     *
     * @param root where the file's path starts if it is relative
     * @throws IllegalArgumentException if a key is too short to be safe or cannot stand in a header, if the file has none,
     *     or if a key may have no request at all
     */
    static ApiKeys of(ApiProperties properties, Path root) {
        if (properties.requestsPerKey() < 1) {
            throw new IllegalArgumentException("triptych.api.requests-per-key must be at least 1");
        }
        Set<String> all = new LinkedHashSet<>();
        properties.keys().forEach(key -> all.add(checked(key.strip(), "triptych.api.keys")));
        if (!properties.keyFile().isEmpty()) {
            all.addAll(fromFile(root.resolve(properties.keyFile())));
        }
        return new ApiKeys(all.stream()
                .map(key -> new Key(digest(key), new Semaphore(properties.requestsPerKey())))
                .toList());
    }

    private static List<String> fromFile(Path file) {
        List<String> keys = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file)) {
                String key = line.strip();
                if (!key.isEmpty() && !key.startsWith("#")) {
                    keys.add(checked(key, file.toString()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the file of triptych.api.key-file cannot be read: " + file, e);
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("the file of triptych.api.key-file has no key: " + file);
        }
        return keys;
    }

    private static String checked(String key, String source) {
        if (!KEY.matcher(key).matches()) {
            throw new IllegalArgumentException(
                    source + " has a key that is not 16 or more visible characters of ASCII without a space");
        }
        return key;
    }

    /** Whether a request needs a key. */
    boolean required() {
        return !keys.isEmpty();
    }

    /**
     * The places of a key's requests, or nothing if the key is none of ours. How long this takes tells nothing about the
     * keys: digests of one length are compared, with all of them, whichever was found.
     *
     * @param authorization the value of the header {@code Authorization}, or null if there is none
     */
    Optional<Semaphore> places(String authorization) {
        Matcher bearer = BEARER.matcher(authorization == null ? "" : authorization.strip());
        if (!bearer.matches()) {
            return Optional.empty();
        }
        byte[] asked = digest(bearer.group(1));
        Optional<Semaphore> found = Optional.empty();
        for (Key key : keys) {
            if (MessageDigest.isEqual(asked, key.digest())) {
                found = Optional.of(key.places());
            }
        }
        return found;
    }

    private static byte[] digest(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
