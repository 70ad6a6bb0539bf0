package io.triptych.web;

import io.triptych.web.gateway.Modality;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The services themselves, with the default checkpoints, as processes: what {@code mvn verify} has just built. They ask for
 * a key, are started once for all tests and end with the JVM.
 */
public final class RealServices {
    /** The key that they want; the build puts it where the pages' snippets look for one. */
    public static final String KEY = System.getenv("TRIPTYCH_API_KEY");

    private static final Logger log = LoggerFactory.getLogger(RealServices.class);
    private static final Path ROOT = Path.of(System.getProperty("triptych.root", ".."));
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private static Map<Modality, Integer> ports;

    private RealServices() {}

    /** Whether text and images, which the tests cannot do without, are built; says so if not. */
    public static boolean areBuilt() {
        boolean built = isBuilt(Modality.TEXT) && isBuilt(Modality.IMAGE);
        if (!built) {
            log.warn("LEFT OUT: tests against real services, which are not built; 'mvn verify' builds them");
        }
        return built;
    }

    /** Whether a service can be started: its jar and its checkpoint are there. */
    public static boolean isBuilt(Modality modality) {
        return Files.exists(jar(modality))
                && Files.exists(ROOT.resolve("models/" + modality.label() + "/model.safetensors"));
    }

    /** Where a service listens; nowhere if it is not built. */
    public static synchronized String address(Modality modality) {
        if (ports == null) {
            ports = start();
        }
        return "http://127.0.0.1:" + ports.getOrDefault(modality, 1);
    }

    private static Map<Modality, Integer> start() {
        Map<Modality, Integer> started = new EnumMap<>(Modality.class);
        for (Modality modality : Modality.values()) {
            if (isBuilt(modality)) {
                started.put(modality, start(modality));
            }
        }
        Instant end = Instant.now().plus(PATIENCE);
        started.forEach((modality, port) -> awaitReady(modality, port, end));
        return started;
    }

    private static int start(Modality modality) {
        try {
            int port = freePort();
            Path directory = Files.createDirectories(Path.of("target/services"));
            File output = directory.resolve(modality.label() + ".log").toFile();
            ProcessBuilder builder = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:+UseSerialGC",
                            "-jar",
                            jar(modality).toString(),
                            "--server.port=" + port,
                            "--triptych.root=" + ROOT.toAbsolutePath(),
                            "--triptych." + modality.label() + ".store="
                                    + Files.createTempDirectory(directory, "store")
                                            .resolve("outputs")
                                            .toAbsolutePath())
                    .redirectErrorStream(true)
                    .redirectOutput(output);
            builder.environment()
                    .putAll(Map.of(
                            "OMP_WAIT_POLICY",
                            "PASSIVE",
                            "DJL_OFFLINE",
                            "true",
                            "OPT_OUT_TRACKING",
                            "true",
                            "TRIPTYCH_API_KEYS",
                            KEY));
            Process process = builder.start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
            return port;
        } catch (IOException e) {
            throw new IllegalStateException("the " + modality.label() + " service cannot be started", e);
        }
    }

    private static void awaitReady(Modality modality, int port, Instant end) {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port + "/actuator/health/readiness"))
                .timeout(Duration.ofSeconds(10))
                .build();
        try {
            while (Instant.now().isBefore(end)) {
                if (isReady(client, request)) {
                    return;
                }
                Thread.sleep(200);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new IllegalStateException("the " + modality.label() + " service is not ready; see target/services");
    }

    private static boolean isReady(HttpClient client, HttpRequest request) throws InterruptedException {
        try {
            return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static Path jar(Modality modality) {
        String module = modality.label() + "-service";
        return ROOT.resolve(module + "/target/" + module + "-exec.jar").toAbsolutePath();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
