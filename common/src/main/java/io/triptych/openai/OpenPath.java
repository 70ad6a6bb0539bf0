package io.triptych.openai;

/**
 * What needs no key, even in a service that has keys.
 *
 * @param path decoded, without a slash at its end; all paths below it are open too
 */
public record OpenPath(String path) {
    boolean holds(String requested) {
        return requested.equals(path) || requested.startsWith(path + "/");
    }
}
