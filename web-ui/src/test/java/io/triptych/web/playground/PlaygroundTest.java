package io.triptych.web.playground;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.AxeResults;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Locator.WaitForOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.NavigateOptions;
import com.microsoft.playwright.Page.ScreenshotOptions;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions.ContainsTextOptions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import com.microsoft.playwright.options.WaitForSelectorState;
import com.microsoft.playwright.options.WaitUntilState;
import io.triptych.web.RealServices;
import io.triptych.web.WithRealServices;
import io.triptych.web.gateway.Modality;
import java.io.File;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every page in a real browser before the real services. What a page logs as an error fails its test. Screenshots are
 * left in {@code target/screenshots}; those of the README are among them.
 */
@EnabledIf(value = "browserIsThere", disabledReason = "no Chromium is on the path")
class PlaygroundTest extends WithRealServices {
    private static final Logger log = LoggerFactory.getLogger(PlaygroundTest.class);
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");
    private static final double PATIENCE = 120_000;

    private static Playwright playwright;
    private static Browser browser;

    @TempDir
    private Path directory;

    private final List<String> errors = new ArrayList<>();
    private BrowserContext context;

    static boolean browserIsThere() {
        if (command().isEmpty()) {
            log.warn("LEFT OUT: the playground's tests; no Chromium is on the path (Debian: apt-get install chromium)");
        }
        return command().isPresent();
    }

    private static Optional<Path> command() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(directory -> Stream.of("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
                        .map(name -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    @BeforeAll
    static void open() {
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new LaunchOptions().setExecutablePath(command().orElseThrow()));
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE);
    }

    @AfterAll
    static void close() {
        playwright.close();
    }

    @AfterEach
    void leave() {
        context.close();
        assertThat(errors).as("what the page logged as errors").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/text", "/images", "/speech", "/figures", "/evidence"})
    void isAccessibleInBothThemesAndFitsAPhone(String path) {
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            Page page = visit(path, 1280, scheme);
            page.locator("details").all().forEach(details -> details.evaluate("d => d.open = true"));
            assertAccessible(page);
            context.close();
        }
        Page page = visit(path, 360, ColorScheme.LIGHT);

        assertThat((int) page.evaluate("document.documentElement.scrollWidth"))
                .as("width of the page on a phone")
                .isLessThanOrEqualTo(360);
        shoot(page, name(path) + "-phone");
    }

    @Test
    void showsTheStartPage() {
        Page page = visit("/", 1280, ColorScheme.LIGHT);

        hasText(page.locator("[data-told=text]"), "Ready: triptych-text");
        hasText(page.locator("[data-told=image]"), "Ready: triptych-image");
        assertThat(page.locator("pre").innerText()).contains(url("/v1/completions"));
        shoot(page, "start");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/text", "/images", "/speech"})
    void offersExamples(String path) {
        Page page = visit(path, 1280, ColorScheme.LIGHT);
        Locator prompt = page.locator("#prompt");
        Set<String> prompts = new HashSet<>(List.of(prompt.inputValue()));

        for (Locator chip : page.locator("#examples button").all()) {
            chip.click();
            assertThat(prompt.evaluate("p => p === document.activeElement")).isEqualTo(true);
            prompts.add(prompt.inputValue());
        }

        // The first was there from the beginning; a function's text would be its source, had nobody called it.
        assertThat(prompts).hasSizeGreaterThan(3).noneMatch(text -> text.isBlank() || text.contains("function"));
    }

    @Test
    void writesTextTokenByTokenAndDrawsItsTrees() {
        Page page = visit("/text", 1280, ColorScheme.LIGHT);
        page.locator("summary", new Page.LocatorOptions().setHasText("Drafters"))
                .click();
        page.locator("#budget").fill("16");

        page.locator("#go").click();

        hasText(page.locator("#status"), "Done in");
        assertThat(page.locator(".token").count()).isEqualTo(128);
        assertThat(page.locator(".token:not([data-source=target])").count()).isPositive();
        String passes = page.locator("#facts dd").nth(1).innerText();
        assertThat(page.locator(".pass").count())
                .isEqualTo(Integer.parseInt(passes))
                .isLessThan(100);
        assertThat(page.locator("#account").innerText()).contains("Contract “exact”, seed 1.");

        page.locator("#pass").focus();
        page.keyboard().press("Home");
        hasText(page.locator("#pass-told"), "Pass 1:");
        page.keyboard().press("ArrowRight");
        hasText(page.locator("#pass-told"), "Pass 2:");
        assertThat(page.locator(".pass.shown").getAttribute("data-pass")).isEqualTo("2");
        assertThat(page.locator("#tree .node").count()).isGreaterThan(1);
        assertThat(page.locator("#tree .node.kept").count())
                .isEqualTo(1 + page.locator(".pass.shown .token").count());
        assertAccessible(page);
        page.locator("summary", new Page.LocatorOptions().setHasText("Drafters"))
                .click();
        shoot(page, "text");
    }

    @Test
    void racesTextAndComparesEveryToken() {
        Page page = visit("/text", 1280, ColorScheme.DARK);
        page.locator("#temperature").fill("0.8");

        page.locator("#race").click();

        assertThat(verdict(page)).isEqualTo("Identical");
        assertThat(page.locator("#verdict p").innerText()).startsWith("This page compared all 128 tokens");
        hasText(page.locator("#status"), "Done in");
        assertThat(page.locator(".lane").count()).isEqualTo(2);
        assertThat(page.locator(".lane .page").nth(0).innerText())
                .isEqualTo(page.locator(".lane .page").nth(1).innerText());
        assertAccessible(page);
        shoot(page, "text-race");
    }

    @Test
    void saysSoWhenARaceIsNotIdentical() {
        Page page = visit("/text", 1280, ColorScheme.LIGHT);
        page.locator("#temperature").fill("1");
        page.locator("#mode").selectOption("distribution");

        page.locator("#race").click();

        // The negative control of the comparison: other draws are another text.
        assertThat(verdict(page)).isEqualTo("Another text, as this contract allows");
    }

    @Test
    void stopsLongWorkByKeyboardAndBeginsItToo() {
        Page page = visit("/text", 1280, ColorScheme.LIGHT);
        page.locator("#max_tokens").fill("512");
        page.locator("#mode").selectOption("off");
        page.locator("#prompt").focus();

        page.keyboard().press("Control+Enter");
        PlaywrightAssertions.assertThat(page.locator(".token").nth(3)).isVisible();
        page.keyboard().press("Escape");

        hasText(page.locator("#status"), "Stopped.");
        assertThat(page.locator(".token").count()).isLessThan(512);
        PlaywrightAssertions.assertThat(page.locator("#go")).isEnabled();
    }

    @Test
    void stopsTheClockOfARaceThatIsStopped() {
        Page page = visit("/text", 1280, ColorScheme.LIGHT);
        page.locator("#max_tokens").fill("512");

        page.locator("#race").click();
        PlaywrightAssertions.assertThat(page.locator(".token").nth(3)).isVisible();
        page.locator("#stop").click();

        hasText(page.locator("#status"), "Stopped.");
        page.waitForTimeout(200); // what is shown again may still end
        List<String> clocks = page.locator(".clock").allInnerTexts();
        page.waitForTimeout(200);
        assertThat(page.locator(".clock").allInnerTexts()).isEqualTo(clocks);
    }

    @Test
    void showsErrorsAsTheApiGaveThem() {
        Page page = visit("/text", 1280, ColorScheme.LIGHT);
        page.locator("#prompt").fill("int x = 1;\n".repeat(1500));

        page.locator("#go").click();

        hasText(page.locator("#failure"), "The API answered 400");
        assertThat(page.locator("#failure pre").innerText()).contains("\"code\": \"context_length_exceeded\"");
        assertAccessible(page);
        shoot(page, "text-error");
        errors.removeIf(error -> error.contains("status of 400")); // the browser's own line about the answer
    }

    @Test
    void givesRequestsAsCurlAndAsJavaThatRuns() throws Exception {
        Page page = visit("/text", 1280, ColorScheme.LIGHT);
        page.locator("#max_tokens").fill("16");
        page.locator("#copy-curl").click();
        String curl = page.locator("#snippet-text").innerText();
        assertThat(curl).startsWith("curl " + url("/v1/completions")).contains("\"seed\": 1");
        assertThat(send("/v1/completions", curl)).isEqualTo(200);
        page.locator("#snippet-close").click();

        page.locator("#copy-java").click();
        compile(page.locator("#snippet-text").innerText());
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
            Method main = loader.loadClass("Example").getDeclaredMethod("main", String[].class);
            main.setAccessible(true);
            main.invoke(null, (Object) new String[0]);
        }
        assertAccessible(page);
        context.close();

        Map<Modality, String> others =
                Map.of(Modality.IMAGE, "/v1/images/generations", Modality.SPEECH, "/v1/audio/speech");
        for (Modality modality : others.keySet()) {
            page = visit(modality == Modality.IMAGE ? "/images" : "/speech", 1280, ColorScheme.LIGHT);
            page.locator("#seed").fill("3000000000"); // more than an int of Java holds
            page.locator("#prompt").fill("It's a kettle.");
            if (modality == Modality.IMAGE) {
                page.locator("#format").evaluate("f => f.value = 'webp'");
            }
            page.locator("#copy-curl").click();
            if (RealServices.isBuilt(modality)) {
                assertThat(send(
                                others.get(modality),
                                page.locator("#snippet-text").innerText()))
                        .isEqualTo(200);
            }
            page.locator("#snippet-close").click();
            page.locator("#copy-java").click();
            String java = page.locator("#snippet-text").innerText();
            assertThat(java).contains(modality == Modality.IMAGE ? "\"image.webp\"" : "\"speech.mp3\"");
            compile(java);
            context.close();
        }
    }

    @Test
    void drawsAPictureAndKeepsIt() throws Exception {
        Page page = visit("/images", 1280, ColorScheme.LIGHT);
        page.locator("#seed").fill("2");
        page.locator("summary", new Page.LocatorOptions().setHasText("Drafter")).click();
        page.locator("#budget").fill("16");

        page.locator("#go").click();

        hasText(page.locator("#status"), "Done in");
        Locator image = page.locator("#easel img");
        assertThat((int) image.evaluate("i => i.naturalWidth")).isEqualTo(128);
        assertThat(image.getAttribute("alt")).isEqualTo("a large purple circle in the center at sunset");
        int kept = page.locator("#easel rect.kept").count();
        int alone = page.locator("#easel rect.alone").count();
        assertThat(kept + alone).isEqualTo(256);
        assertThat(page.locator("#gallery figure").count()).isEqualTo(1);

        Download download = page.waitForDownload(() -> page.locator("#save").click());
        assertThat(download.suggestedFilename()).isEqualTo("triptych-2.png");
        assertThat(new String(Files.readAllBytes(download.path()), StandardCharsets.ISO_8859_1))
                .startsWith("\u0089PNG")
                .contains("iTXtprompt", "iTXtseed");

        page.locator("#before").click();
        page.locator("#before").click();
        assertThat(page.locator("#pass-told").innerText()).matches(Pattern.compile("Pass \\d+ of \\d+: .*"));
        assertThat(page.locator("#easel rect.fresh").count()).isPositive();
        assertAccessible(page);
        page.locator("summary", new Page.LocatorOptions().setHasText("Drafter")).click();
        shoot(page, "images");
    }

    @Test
    void goesBackToTheSettingsOfAPicture() {
        Page page = visit("/images", 1280, ColorScheme.LIGHT);
        page.locator("summary", new Page.LocatorOptions().setHasText("Drafter")).click();
        Map<String, String> settings = Map.of(
                "seed", "7", "negative", "a star", "top_k", "50", "budget", "16", "format", "webp", "guidance", "2");
        Map<String, String> others = Map.of(
                "seed",
                "8",
                "negative",
                "",
                "top_k",
                "",
                "budget",
                "",
                "format",
                "png",
                "guidance",
                "3",
                "top_p",
                "0.5");
        set(page, settings);
        page.locator("#go").click();
        hasText(page.locator("#status"), "Done in");

        set(page, others);
        page.locator("#gallery button", new Page.LocatorOptions().setHasText("Use its settings"))
                .click();

        settings.forEach((id, value) ->
                assertThat(page.locator("#" + id).inputValue()).as(id).isEqualTo(value));
        assertThat(page.locator("#top_p").inputValue())
                .as("what it did not have")
                .isEmpty();
        assertThat(page.locator("output[for=guidance]").innerText()).isEqualTo("2");
    }

    @Test
    void racesAPictureAndComparesEveryByte() {
        Page page = visit("/images", 1280, ColorScheme.DARK);

        page.locator("#race").click();

        assertThat(verdict(page)).isEqualTo("Identical");
        assertThat(page.locator("#verdict p").innerText()).startsWith("This page compared all 256 codes");
        assertAccessible(page);
        shoot(page, "images-race");
    }

    @Test
    void speaksOrSaysThatNobodySpeaks() {
        Page page = visit("/speech", 1280, ColorScheme.LIGHT);
        if (!RealServices.isBuilt(Modality.SPEECH)) {
            hasText(page.locator("[data-absent=speech]"), "The speech service is not running.");
            page.locator("#go").click();
            hasText(page.locator("#failure"), "the speech service cannot be reached");
            shoot(page, "speech-absent");
            errors.removeIf(error -> error.contains("status of 503"));
            return;
        }
        page.evaluate("""
                () => {
                  window.players = 0;
                  const close = AudioContext.prototype.close;
                  AudioContext.prototype.close = function() {
                    window.players--;
                    return close.call(this);
                  };
                  window.AudioContext = class extends AudioContext {
                    constructor(...options) {
                      super(...options);
                      window.players++;
                    }
                  };
                }
                """);
        page.locator("#go").click();
        hasText(page.locator("#status"), "Done in");
        assertThat((int) page.locator("#frames").evaluate("c => c.width")).isPositive();
        // The sound is longer than its making: Stop is there for the rest of it.
        PlaywrightAssertions.assertThat(page.locator("#stop")).isEnabled();
        page.keyboard().press("Escape");
        PlaywrightAssertions.assertThat(page.locator("#stop")).isDisabled();
        assertThat(page.evaluate("players")).as("open players of sound").isEqualTo(0);
        page.locator("#race").click();
        assertThat(verdict(page)).isEqualTo("Identical");
        Download download = page.waitForDownload(() -> page.locator("#save").click());
        assertThat(download.suggestedFilename()).isEqualTo("triptych-1.wav");
        assertAccessible(page);
        shoot(page, "speech");
    }

    @ParameterizedTest
    @CsvSource({"figures, [data-figures=text] [data-trend] svg", "text, #drafters input >> nth=0"})
    void hearsOfTheServicesWhereItsScriptComesLast(String name, String filled) {
        Page page = visit("/", 1280, ColorScheme.LIGHT);
        List<Route> held = new ArrayList<>();
        page.route("**/js/" + name + ".js", held::add);

        page.navigate(url("/" + name), new NavigateOptions().setWaitUntil(WaitUntilState.COMMIT));
        page.locator("[data-lamp=text][data-status]").waitFor();
        assertThat(held).hasSize(1);
        held.get(0).resume();

        page.locator(filled).waitFor(new WaitForOptions().setState(WaitForSelectorState.ATTACHED));
    }

    @Test
    void showsFiguresAsTheyStand() {
        Page page = visit("/text", 1280, ColorScheme.LIGHT);
        page.locator("#max_tokens").fill("32");
        page.locator("#go").click();
        hasText(page.locator("#status"), "Done in");

        page.navigate(url("/figures"));

        Locator text = page.locator("[data-figures=text]");
        hasText(text.locator("[data-state]"), "requests");
        assertThat(Double.parseDouble(text.locator("dd").first().innerText())).isGreaterThanOrEqualTo(1);
        PlaywrightAssertions.assertThat(text.locator("[data-trend] svg")).isVisible();
        assertAccessible(page);
        shoot(page, "figures");
    }

    @Test
    void showsWhatIsProven() {
        Page page = visit("/evidence", 1280, ColorScheme.LIGHT);

        boolean evidence = ProvenRule.class.getResource("/conformance/exact.json") != null;
        assertThat(page.locator("#no-evidence").count()).isEqualTo(evidence ? 0 : 1);
        if (evidence) {
            assertThat(page.locator("tbody tr").first().innerText()).contains("exact", "✓ holds", "✓ found out");
        }
        shoot(page, "evidence");
    }

    @Test
    void remembersTheThemeThatWasChosen() {
        Page page = visit("/", 1280, ColorScheme.LIGHT);
        page.locator("#theme").click();
        page.locator("#theme").click();
        assertThat(page.locator("#theme").innerText()).isEqualTo("Theme: dark");

        page.navigate(url("/text"));

        assertThat(page.locator("html").getAttribute("data-theme")).isEqualTo("dark");
        page.keyboard().press("Tab");
        assertThat(page.locator(":focus").innerText()).isEqualTo("Skip to the content");
    }

    @Test
    void asksForAKeyAndKeepsItForTheTab() {
        Page page = open("/text", 1280, ColorScheme.LIGHT, null);
        page.locator("#go").click();
        hasText(page.locator("#failure"), "The API answered 401");
        assertAccessible(page);
        shoot(page, "key");

        page.locator("#key-value").fill("a-key-of-nobody-here");
        page.locator("#key-form [type=submit]").click();
        page.locator("#go").click();
        PlaywrightAssertions.assertThat(page.locator("#key-dialog")).isVisible();
        page.locator("#key-value").fill(RealServices.KEY);
        page.keyboard().press("Enter");
        page.locator("#go").click();
        hasText(page.locator("#status"), "Done in");

        page.navigate(url("/figures"));
        hasText(page.locator("[data-figures=text] [data-state]"), "requests");
        Page other = context.newPage();
        other.navigate(url("/figures"));
        hasText(other.locator("[data-figures=text] [data-state]"), "needs an API key");
        errors.removeIf(error -> error.contains("status of 401"));
    }

    private Page visit(String path, int width, ColorScheme scheme) {
        return open(path, width, scheme, RealServices.KEY);
    }

    private Page open(String path, int width, ColorScheme scheme, String key) {
        context = browser.newContext(new NewContextOptions()
                .setViewportSize(width, 900)
                .setColorScheme(scheme)
                .setReducedMotion(ReducedMotion.REDUCE));
        if (key != null) {
            context.addInitScript("sessionStorage.setItem('key', '" + key + "')");
        }
        Page page = context.newPage();
        page.setDefaultTimeout(PATIENCE);
        page.onPageError(errors::add);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                errors.add(path + ": " + message.text());
            }
        });
        page.navigate(url(path));
        page.locator("[data-lamp=text][data-status]").waitFor();
        return page;
    }

    /** What a race found; a race that failed is told from one that is still on. */
    private static String verdict(Page page) {
        page.locator("#verdict strong:visible, #failure:visible").first().waitFor();
        assertThat(page.locator("#failure:visible").allInnerTexts())
                .as("why the race failed")
                .isEmpty();
        return page.locator("#verdict strong").innerText();
    }

    private static void set(Page page, Map<String, String> values) {
        values.forEach((id, value) -> page.locator("#" + id)
                .evaluate(
                        "(field, value) => { field.value = value; field.dispatchEvent(new Event('input')); }", value));
    }

    /** Sends the body of a command as curl would; returns the status of the answer. */
    private int send(String path, String curl) throws Exception {
        String quoted = curl.substring(curl.indexOf(" -d '") + " -d '".length(), curl.length() - 1);
        HttpRequest request = HttpRequest.newBuilder(URI.create(url(path)))
                .header("Authorization", "Bearer " + RealServices.KEY)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(quoted.replace("'\\''", "'")))
                .build();
        return HttpClient.newHttpClient()
                .send(request, BodyHandlers.discarding())
                .statusCode();
    }

    private static void hasText(Locator locator, String text) {
        PlaywrightAssertions.assertThat(locator).containsText(text, new ContainsTextOptions().setTimeout(PATIENCE));
    }

    /** No violation of WCAG 2.2 A and AA that axe-core finds. */
    private static void assertAccessible(Page page) {
        AxeResults results = new AxeBuilder(page)
                .withTags(List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"))
                .analyze();
        assertThat(results.getViolations())
                .extracting(rule -> rule.getId() + ": "
                        + rule.getNodes().stream()
                                .limit(3)
                                .map(node -> node.getHtml() + " " + node.getFailureSummary())
                                .toList())
                .isEmpty();
    }

    private void compile(String source) throws Exception {
        Path file = Files.writeString(directory.resolve("Example.java"), source);
        int result = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        directory.toString(),
                        file.toString());
        assertThat(result).as("javac's verdict on\n" + source).isZero();
    }

    private static String name(String path) {
        return path.equals("/") ? "start" : path.substring(1);
    }

    private static void shoot(Page page, String name) {
        page.screenshot(new ScreenshotOptions()
                .setPath(SCREENSHOTS.resolve(name + ".png"))
                .setFullPage(true));
    }
}
