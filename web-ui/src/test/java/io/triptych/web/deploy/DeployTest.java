package io.triptych.web.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.triptych.web.gateway.Modality;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is deployed, against the schemas of what deploys it (Compose Specification, Kubernetes 1.32), and against what this
 * project promises of it. No container is built or run here.
 */
class DeployTest {
    private static final Path ROOT = Path.of(System.getProperty("triptych.root", ".."));
    private static final JsonMapper JSON = JsonMapper.shared();

    @Test
    void composeFileIsOne() throws IOException {
        JsonNode compose = compose();
        Schema schema = schema(resource("compose-spec.json"));

        assertThat(schema.validate(compose)).extracting(Error::toString).isEmpty();

        ObjectNode wrong = (ObjectNode) compose.deepCopy();
        ((ObjectNode) wrong.path("services").path("text")).put("read_onyl", true);
        assertThat(schema.validate(wrong)).as("a key misspelt").isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource(Modality.class)
    void composeRunsEveryServiceLockedLimitedAndWatched(Modality modality) throws IOException {
        JsonNode service = compose().path("services").path(modality.label());

        assertThat(service.path("user").asString()).isEqualTo("10001:10001");
        assertThat(service.path("read_only").asBoolean()).isTrue();
        assertThat(service.path("environment").path("OMP_WAIT_POLICY").asString())
                .isEqualTo("PASSIVE");
        assertThat(service.path("environment").path("TRIPTYCH_API_KEYS").asString())
                .as("none unless the operator gives some")
                .isEqualTo("${TRIPTYCH_API_KEYS:-}");
        assertThat(service.path("healthcheck").path("test").path(3).asString()).contains("/actuator/health/readiness");
        assertThat(service.path("deploy")
                        .path("resources")
                        .path("limits")
                        .path("memory")
                        .asString())
                .isNotEmpty();
        assertThat(service.has("ports"))
                .as("reached through the web service alone")
                .isFalse();
        assertThat(compose()
                        .path("services")
                        .path("web")
                        .path("environment")
                        .path("TRIPTYCH_GATEWAY_" + modality)
                        .asString())
                .isEqualTo("http://" + modality.label() + ":8080");
    }

    /** Compose writes a config that is no file into the container, and starts none that it cannot write into. */
    @Test
    void composeWritesConfigsOnlyWhereItCan() throws IOException {
        JsonNode compose = compose();
        List<JsonNode> written = new ArrayList<>();
        for (JsonNode service : compose.path("services")) {
            for (JsonNode use : service.path("configs")) {
                String name = use.path("source").asString(use.asString(""));
                JsonNode config = compose.path("configs").path(name);
                if (!config.has("file")) {
                    written.add(service);
                }
            }
        }

        assertThat(written).isNotEmpty().noneMatch(service -> service.path("read_only")
                .asBoolean());
    }

    @Test
    void kubernetesManifestsAreWhatTheirKindsAre() throws IOException {
        List<JsonNode> manifests = manifests();
        assertThat(manifests).hasSizeGreaterThan(15);

        for (JsonNode manifest : manifests) {
            assertThat(kind(manifest).validate(manifest))
                    .as(manifest.path("kind").asString() + " "
                            + manifest.path("metadata").path("name").asString())
                    .extracting(Error::toString)
                    .isEmpty();
        }

        ObjectNode wrong = (ObjectNode) manifests.stream()
                .filter(manifest -> manifest.path("kind").asString().equals("Deployment"))
                .findFirst()
                .orElseThrow()
                .deepCopy();
        ((ObjectNode) wrong.path("spec")).put("replcas", 2);
        assertThat(kind(wrong).validate(wrong)).as("a key misspelt").isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource(Modality.class)
    void kubernetesScalesEveryServiceOnItsQueueAndProbesIt(Modality modality) throws IOException {
        JsonNode container = manifest("Deployment", modality)
                .path("spec")
                .path("template")
                .path("spec")
                .path("containers")
                .path(0);
        JsonNode scaler = manifest("HorizontalPodAutoscaler", modality).path("spec");

        assertThat(scaler.path("metrics")
                        .path(0)
                        .path("pods")
                        .path("metric")
                        .path("name")
                        .asString())
                .isEqualTo("triptych_queue_depth");
        assertThat(scaler.path("scaleTargetRef").path("name").asString()).isEqualTo(modality.label());
        for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
            assertThat(container.path(probe).path("httpGet").path("path").asString())
                    .startsWith("/actuator/health/");
        }
        assertThat(container.path("resources").path("limits").has("memory")).isTrue();
        assertThat(container.path("envFrom").findValuesAsString("name")).containsExactly("policy", "api-keys");
        assertThat(container
                        .path("securityContext")
                        .path("readOnlyRootFilesystem")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void kustomizationNamesEveryManifest() throws IOException {
        JsonNode kustomization =
                documents(ROOT.resolve("deploy/kubernetes/kustomization.yaml")).get(0);
        List<String> named = new ArrayList<>();
        kustomization.path("resources").forEach(resource -> named.add(resource.asString()));

        try (Stream<Path> files = Files.list(ROOT.resolve("deploy/kubernetes"))) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".yaml")))
                    .containsExactlyInAnyOrderElementsOf(Stream.concat(named.stream(), Stream.of("kustomization.yaml"))
                            .toList());
        }
    }

    @Test
    void dashboardAsksForMetersThatAreCounted() throws IOException {
        JsonNode dashboard = JSON.readTree(
                ROOT.resolve("deploy/grafana/dashboards/triptych.json").toFile());
        String documented = Files.readString(ROOT.resolve("docs/api.md"));

        List<String> meters = dashboard.path("panels").findValuesAsString("expr").stream()
                .flatMap(query -> Stream.of(query.split("[^a-z_]+")))
                .filter(word -> word.startsWith("triptych_"))
                .map(word -> word.replaceFirst("_(total|seconds_bucket)$", "").replace('_', '.'))
                .distinct()
                .toList();
        assertThat(meters).hasSizeGreaterThan(5).allSatisfy(meter -> assertThat(documented)
                .contains("`" + meter + "`"));
        assertThat(documents(ROOT.resolve("deploy/prometheus/prometheus.yml"))
                        .get(0)
                        .toString())
                .contains("text:8080", "image:8080", "speech:8080", "/actuator/prometheus");
    }

    private static JsonNode compose() throws IOException {
        return documents(ROOT.resolve("docker-compose.yml")).get(0);
    }

    private static JsonNode manifest(String kind, Modality modality) throws IOException {
        return manifests().stream()
                .filter(manifest -> manifest.path("kind").asString().equals(kind)
                        && manifest.path("metadata").path("name").asString().equals(modality.label()))
                .findFirst()
                .orElseThrow();
    }

    private static List<JsonNode> manifests() throws IOException {
        try (Stream<Path> files = Files.list(ROOT.resolve("deploy/kubernetes"))) {
            List<JsonNode> manifests = new ArrayList<>();
            for (Path file : files.filter(file -> file.toString().endsWith(".yaml"))
                    .filter(file -> !file.endsWith("kustomization.yaml"))
                    .sorted()
                    .toList()) {
                manifests.addAll(documents(file));
            }
            return manifests;
        }
    }

    /** YAML with its anchors and merge keys resolved. */
    private static List<JsonNode> documents(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            List<JsonNode> documents = new ArrayList<>();
            new Yaml().loadAll(in).forEach(document -> documents.add(JSON.valueToTree(document)));
            return documents;
        }
    }

    private static Schema kind(JsonNode manifest) throws IOException {
        String group = manifest.path("apiVersion")
                .asString()
                .replaceFirst("^v1$", "core/v1")
                .replace(".k8s.io/", "/");
        ObjectNode schema = resource("kubernetes-1.32.json");
        schema.put(
                "$ref",
                "#/$defs/io.k8s.api." + group.replace('/', '.') + "."
                        + manifest.path("kind").asString());
        return schema(schema);
    }

    private static Schema schema(JsonNode schema) {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema);
    }

    private static ObjectNode resource(String name) throws IOException {
        try (InputStream in = DeployTest.class.getResourceAsStream("/schemas/" + name)) {
            return (ObjectNode) JSON.readTree(in);
        }
    }
}
