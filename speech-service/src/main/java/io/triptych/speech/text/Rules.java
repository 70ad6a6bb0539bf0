package io.triptych.speech.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What is said for what is written, rule by rule: each rewrites what it knows into words in small letters, which no later
 * rule touches, the more special ones first.
 */
final class Rules {
    /** Signs beyond ASCII that rules know. */
    static final String SIGNS = "£€¥₹¢°²³µ";

    private static final String NUMBER = "(?:\\d{1,3}(?:,\\d{3})+(?!\\d)|\\d+)(?:\\.\\d+)?";
    private static final List<String> MONTH_NAMES = List.of(
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december");
    private static final String MONTH = "(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
            + "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])\\.?";
    private static final String DAY = "(3[01]|[12]\\d|0?[1-9])";
    private static final String HALF_DAY = "(?:\\s?[AaPp]\\.?[Mm]\\b\\.?)";
    private static final String CLOCK = "\\d{1,2}(?::[0-5]\\d" + HALF_DAY + "?|" + HALF_DAY + ")";

    /** One, many. */
    private static final Map<String, String[]> CURRENCIES = Map.of(
            "$", new String[] {"dollar", "dollars", "cent", "cents"},
            "£", new String[] {"pound", "pounds", "penny", "pence"},
            "€", new String[] {"euro", "euros", "cent", "cents"},
            "¥", new String[] {"yen", "yen", "sen", "sen"},
            "₹", new String[] {"rupee", "rupees", "paisa", "paise"});

    private static final Map<String, String> MAGNITUDES = Map.of(
            "k",
            "thousand",
            "m",
            "million",
            "mn",
            "million",
            "b",
            "billion",
            "bn",
            "billion",
            "t",
            "trillion",
            "tn",
            "trillion");

    private static final Map<String, String> UNITS = Map.ofEntries(
            Map.entry("km", "kilometer"),
            Map.entry("m", "meter"),
            Map.entry("cm", "centimeter"),
            Map.entry("mm", "millimeter"),
            Map.entry("µm", "micrometer"),
            Map.entry("mi", "mile"),
            Map.entry("ft", "foot"),
            Map.entry("yd", "yard"),
            Map.entry("kg", "kilogram"),
            Map.entry("g", "gram"),
            Map.entry("mg", "milligram"),
            Map.entry("µg", "microgram"),
            Map.entry("lb", "pound"),
            Map.entry("lbs", "pound"),
            Map.entry("oz", "ounce"),
            Map.entry("tsp", "teaspoon"),
            Map.entry("tbsp", "tablespoon"),
            Map.entry("l", "liter"),
            Map.entry("L", "liter"),
            Map.entry("ml", "milliliter"),
            Map.entry("mL", "milliliter"),
            Map.entry("yr", "year"),
            Map.entry("yrs", "year"),
            Map.entry("h", "hour"),
            Map.entry("hr", "hour"),
            Map.entry("hrs", "hour"),
            Map.entry("min", "minute"),
            Map.entry("mins", "minute"),
            Map.entry("s", "second"),
            Map.entry("sec", "second"),
            Map.entry("secs", "second"),
            Map.entry("ms", "millisecond"),
            Map.entry("Hz", "hertz"),
            Map.entry("kHz", "kilohertz"),
            Map.entry("MHz", "megahertz"),
            Map.entry("GHz", "gigahertz"),
            Map.entry("W", "watt"),
            Map.entry("kW", "kilowatt"),
            Map.entry("MW", "megawatt"),
            Map.entry("kWh", "kilowatt hour"),
            Map.entry("V", "volt"),
            Map.entry("KB", "kilobyte"),
            Map.entry("kB", "kilobyte"),
            Map.entry("MB", "megabyte"),
            Map.entry("GB", "gigabyte"),
            Map.entry("TB", "terabyte"),
            Map.entry("mph", "mile per hour"),
            Map.entry("km/h", "kilometer per hour"),
            Map.entry("m/s", "meter per second"),
            Map.entry("°C", "degree celsius"),
            Map.entry("°F", "degree fahrenheit"),
            Map.entry("°", "degree"),
            Map.entry("m²", "square meter"),
            Map.entry("mi²", "square mile"),
            Map.entry("km²", "square kilometer"),
            Map.entry("ft²", "square foot"),
            Map.entry("m³", "cubic meter"));

    private static final String UNIT = UNITS.keySet().stream()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .map(Pattern::quote)
            .collect(Collectors.joining("|", "(%|", ")"));

    /** Behind a unit, with the full stop of an abbreviation inside a sentence. */
    private static final String UNIT_END = "(?![\\w/°²³])(?:\\.(?= ?[a-z,;]))?";

    /** Before a name. */
    private static final Map<String, String> TITLES = Map.ofEntries(
            Map.entry("Mr", "mister"),
            Map.entry("Mrs", "missus"),
            Map.entry("Ms", "miz"),
            Map.entry("Dr", "doctor"),
            Map.entry("Prof", "professor"),
            Map.entry("Rev", "reverend"),
            Map.entry("Hon", "honorable"),
            Map.entry("Gen", "general"),
            Map.entry("Col", "colonel"),
            Map.entry("Sgt", "sergeant"),
            Map.entry("Capt", "captain"),
            Map.entry("Lt", "lieutenant"),
            Map.entry("Cmdr", "commander"),
            Map.entry("Gov", "governor"),
            Map.entry("Sen", "senator"),
            Map.entry("Rep", "representative"),
            Map.entry("Pres", "president"),
            Map.entry("Mt", "mount"),
            Map.entry("Ft", "fort"),
            Map.entry("St", "saint"));

    /** Streets whatever follows them: after a house's number, numbered, or known to everybody. */
    private static final String STREET =
            "\\b(\\d+ (?!(?:Mount|East|West|North|South)\\b)[A-Z][a-z]+|\\d+(?:st|nd|rd|th)|Main|High|Wall)";

    /** What follows is no name: no capital, or a word that often begins a sentence. */
    private static final String NO_NAME =
            "(?! (?!(?:The|An?|This|That|There|It|I|You|He|She|We|They|My|His|Her|In|On|At|And|But|Then|When|If|As|For|After"
                    + "|Since|So)\\b)[A-Z])";

    private static final Map<String, String> DAYS = Map.of(
            "Mon",
            "monday",
            "Tue",
            "tuesday",
            "Tues",
            "tuesday",
            "Wed",
            "wednesday",
            "Thu",
            "thursday",
            "Thurs",
            "thursday",
            "Fri",
            "friday",
            "Sat",
            "saturday",
            "Sun",
            "sunday");

    /** The short name of a day or a month. */
    private static final String NAMED_TIME =
            "\\b(" + String.join("|", DAYS.keySet()) + "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\\b\\.?";

    /** With a full stop behind them, which is no end of a sentence. */
    private static final Map<String, String> ABBREVIATIONS = Map.ofEntries(
            Map.entry("approx", "approximately"),
            Map.entry("dept", "department"),
            Map.entry("est", "established"),
            Map.entry("fig", "figure"),
            Map.entry("vol", "volume"),
            Map.entry("ch", "chapter"),
            Map.entry("sec", "section"),
            Map.entry("pp", "pages"),
            Map.entry("ext", "extension"),
            Map.entry("apt", "apartment"),
            Map.entry("tel", "telephone"),
            Map.entry("ca", "circa"),
            Map.entry("cf", "compare"),
            Map.entry("max", "maximum"),
            Map.entry("min", "minimum"));

    /** The same, but they often do end a sentence: the stop stays where a capital or nothing follows. */
    private static final Map<String, String> LAST_ABBREVIATIONS = Map.ofEntries(
            Map.entry("etc", "et cetera"),
            Map.entry("jr", "junior"),
            Map.entry("sr", "senior"),
            Map.entry("inc", "incorporated"),
            Map.entry("ltd", "limited"),
            Map.entry("co", "company"),
            Map.entry("corp", "corporation"),
            Map.entry("ave", "avenue"),
            Map.entry("rd", "road"),
            Map.entry("blvd", "boulevard"),
            Map.entry("misc", "miscellaneous"));

    private static final String[] LETTER_NAMES = {
        "ay",
        "bee",
        "see",
        "dee",
        "ee",
        "eff",
        "jee",
        "aitch",
        "eye",
        "jay",
        "kay",
        "ell",
        "em",
        "en",
        "oh",
        "pee",
        "cue",
        "are",
        "ess",
        "tee",
        "you",
        "vee",
        "double you",
        "ex",
        "why",
        "zee"
    };

    /** Capitals that are said as a word. */
    private static final Set<String> ACRONYMS = Set.of(
            "NASA", "NATO", "UNESCO", "UNICEF", "OPEC", "LASER", "RADAR", "SCUBA", "COVID", "AIDS", "ASAP", "PIN",
            "RAM", "SIM", "GIF", "JPEG", "FIFA", "UEFA", "ASEAN", "NAFTA", "SWAT", "YOLO", "OK");

    /** Capitals, too few to tell by their letters, that are words all the same. */
    private static final Set<String> SHORT_WORDS = Set.of(
            "THE", "AND", "YOU", "NOT", "ARE", "ALL", "CAN", "FOR", "BUT", "NEW", "NOW", "OUT", "WHO", "WHY", "HOW",
            "TO", "OF", "IN", "IS", "ON", "AT", "BE", "WE", "HE", "AN", "AS", "BY", "DO", "GO", "IF", "MY", "NO", "OR",
            "SO", "UP", "ME", "ONE", "TWO", "YES", "WAS", "HIS", "HER", "HAS", "HAD", "GET", "SEE", "DAY", "OLD", "OUR",
            "ITS", "ANY");

    private static final String[] ROMAN_NUMBERS = {
        "", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI",
        "XVII", "XVIII", "XIX", "XX", "XXI", "XXII", "XXIII", "XXIV", "XXV"
    };
    /** An I alone is a number where no verb follows it, else a pronoun: Part I of the book that I read. */
    private static final String ROMAN =
            "([XV][XVI]{0,5}|I[XVI]{1,5}|I(?='s\\b|\\s*(?:$|[^\\w\\s'])|\\s+(?:of|is|to)\\b|\\s+(?:and )?[A-Z0-9]))";

    private static final String REIGNING =
            "(Henry|Edward|Richard|George|William|Charles|James|Elizabeth|Mary|Louis|Philip|"
                    + "Francis|Napoleon|Frederick|Alexander|Nicholas|Peter|Catherine|Ivan|Leo|Pius|Benedict|John Paul|Urban|"
                    + "Gregory|Innocent|Clement|Paul|Ferdinand|Alfonso|Christian|Gustav|Harald|Haakon|Ramses|Ptolemy|Cleopatra|"
                    + "Edmund|Malcolm(?! X\\b)|Robert|Otto|Leopold|Umberto|Juan Carlos)";
    private static final String NUMBERED = "(?i:(chapter|part|volume|book|act|scene|section|article|type|phase|stage|"
            + "class|grade|level|war|bowl|mark|title|appendix|figure|table|episode|season|round|group|division))";

    private record Rule(Pattern pattern, Function<MatchResult, String> words) {
        String apply(String text) {
            return pattern.matcher(text)
                    .replaceAll(match -> java.util.regex.Matcher.quoteReplacement(words.apply(match)));
        }
    }

    private final NumberWords numbers;
    private final List<Rule> rules = new ArrayList<>();

    Rules(NumberWords numbers) {
        this.numbers = numbers;
        addresses();
        ranges();
        lines();
        dates();
        times();
        telephones();
        abbreviations();
        romanNumbers();
        money();
        quantities();
        plainNumbers();
        capitals();
        signs();
    }

    String apply(String text) {
        String rewritten = text;
        for (Rule rule : rules) {
            rewritten = rule.apply(rewritten);
        }
        return rewritten;
    }

    /** Quotes, dashes and fractions as one types them, and in words the signs for which ASCII has only a look-alike. */
    static String withoutTypography(String text) {
        return text.replaceAll("[‘’‛ʼ`´＇]", "'")
                .replaceAll("[“”„‟«»]", "\"")
                .replaceAll("(?<=[\\d%°]|\\d°?[A-Za-z]{1,3}|[AaPp]\\.[Mm]\\.)\\s?[‐‑‒–−](?=[$£€¥₹]?\\d)", "-")
                .replaceAll("(?<=\\d)\\s[‒–]\\s(?=\\d)", "-")
                .replaceAll("(?<=\\d)\\s−\\s(?=\\d)", " minus ")
                .replaceAll("[‐‑]", "-")
                .replaceAll("(?<!\\S)−(?=\\d)", "-")
                .replaceAll("[–—―]", " -- ")
                .replaceAll("…", "...")
                .replaceAll("[•·▪◦●■]", "\n- ")
                .replaceAll("(?<=\\d)\\s?½", " 1/2")
                .replaceAll("½", " one half ")
                .replaceAll("×", " times ")
                .replaceAll("÷", " divided by ")
                .replaceAll("©", " copyright ")
                .replaceAll("[®™]", "")
                .replaceAll("⁄", "/")
                .replaceAll("№", "No. ")
                .replaceAll("→", " to ");
    }

    private void rule(String pattern, Function<MatchResult, String> words) {
        rules.add(new Rule(Pattern.compile(pattern), match -> " " + words.apply(match) + " "));
    }

    /** The pattern's marks and spaces are the words' own. */
    private void rewrite(String pattern, Function<MatchResult, String> words) {
        rules.add(new Rule(Pattern.compile(pattern), words));
    }

    private void addresses() {
        rule("\\d{16,}", match -> numbers.digits(match.group()));
        rule("[\\w.+%-]{1,64}@[A-Za-z0-9-]{1,63}(?:\\.[A-Za-z0-9-]{1,63}){1,8}", match -> address(match.group()));
        rule(
                "(?i)\\bhttps?://[^\\s<>\"]{1,300}[^\\s<>\".,;:!?)\\]']|\\bwww\\.[^\\s<>\"]{1,300}[^\\s<>\".,;:!?)\\]']",
                match -> address(match.group().replaceFirst("(?i)^https?://", "")));
        rule(
                "\\b[A-Za-z0-9-]{2,63}(?:\\.[A-Za-z0-9-]{2,63}){0,8}\\.(?:com|org|net|edu|gov|io|dev|info|co\\.uk)\\b"
                        + "(?:/[^\\s<>\",;]{0,200}(?<![.:!?)\\]']))?(?:'s\\b)?",
                match -> address(match.group()));
        rewrite( // other names of files and sites; elsewhere only a space may be missing
                "(?<=\\w{2})\\.(?=(?:js|ts|py|java|json|xml|ya?ml|html?|css|csv|txt|md|pdf|docx?|xlsx?|png|jpe?g|zip|exe"
                        + "|uk|de|fr|eu|ai|tv)\\b)",
                match -> " dot ");
    }

    private String address(String address) {
        return Pattern.compile("(?<![A-Za-z'])[A-Za-z](?![A-Za-z])")
                .matcher(address.replaceFirst("/$", ""))
                .replaceAll(match -> spelled(match.group()))
                .replaceAll("(?i)www(?=\\.)", " double you double you double you ")
                .replace(".", " dot ")
                .replace("/", " slash ")
                .replace("@", " at ")
                .replace("-", " dash ")
                .replace("_", " underscore ")
                .replace("?", " question mark ")
                .replace("=", " equals ")
                .replace("#", " hash ")
                .replace("%", " percent ")
                .replace("&", " and ")
                .replace("+", " plus ")
                .replace(":", " colon ");
    }

    /** Dashes between times, and behind numbers with a unit; {@link #dates} and {@link #quantities} have the others. */
    private void ranges() {
        rewrite(
                "(?<![\\d:])(" + CLOCK + ")(?:-(?=\\d)|\\s*--?\\s*(?=" + CLOCK + "))",
                match -> match.group(1) + " to ");
        rewrite("(?<![\\w.-])(\\d{1,2})-(?=" + CLOCK + ")", match -> match.group(1) + " to ");
        rewrite(NAMED_TIME + "-" + NAMED_TIME, match -> namedTime(match.group(1)) + " to " + namedTime(match.group(2)));
        rewrite("(?<=\\d ?" + UNIT + ")-(?=\\d)", match -> " to ");
    }

    private static String namedTime(String start) {
        return DAYS.getOrDefault(start, monthNamed(start));
    }

    /** Blank lines and items of lists end sentences. */
    private void lines() {
        rewrite("(?<=\\d) - (?=[\\d.,]{1,20} ?=)", match -> " minus ");
        rewrite("\\n\\s*\\n", match -> ".\n");
        rewrite("(?m)^[ \\t]*[-*+#>]{1,6}[ \\t]+", match -> ". ");
        rewrite("(?<=\\s)-(?=\\s)|--+", match -> ", ");
        rewrite("(?m)^[ \\t]*(\\d{1,2})[.)][ \\t]+", match -> ". " + match.group(1) + ", ");
    }

    private void dates() {
        rule(
                "\\b(\\d{4})-(0[1-9]|1[0-2])-" + DAY + "(?:T(?=\\d\\d:)|(?!\\d))",
                match -> date(match.group(2), match.group(3), match.group(1)));
        rule(
                "(?<![\\d/])(1[0-2]|0?[1-9])/" + DAY + "/(\\d{4}|\\d\\d)(?![\\d/])",
                match -> date(match.group(1), match.group(2), match.group(3)));
        rule(
                "(?<![\\d.])" + DAY + "\\.(1[0-2]|0?[1-9])\\.(\\d{4})(?![\\d.])",
                match -> date(match.group(2), match.group(1), match.group(3)));
        String day = DAY + "(?:st|nd|rd|th)?";
        rule(
                "(?i)\\b" + MONTH + " " + day + "(?:-" + day + ")?\\b(?!:|\\d|,\\d)(?:,? (\\d{4})\\b)?",
                match -> monthNamed(match.group(1)) + " " + numbers.ordinal(match.group(2))
                        + (match.group(3) == null ? "" : " to " + numbers.ordinal(match.group(3)))
                        + yearAfter(match.group(4)));
        // In small letters they are verbs too.
        String ofMonth = "(?: of|(?! (?-i:may|march)\\b)) " + MONTH;
        rule(
                "(?i)\\b(?:the )?(?:" + day + "-)?" + day + ofMonth + "(?:,? (\\d{4})\\b)?",
                match -> (match.group(1) == null ? "" : "the " + numbers.ordinal(match.group(1)) + " to ")
                        + "the " + numbers.ordinal(match.group(2)) + " of " + monthNamed(match.group(3))
                        + yearAfter(match.group(4)) + lastStop(match));
        rule(
                "(?i)\\b" + MONTH + ",? (\\d{4})\\b",
                match -> monthNamed(match.group(1)) + " " + numbers.year(match.group(2)));
        rewrite("(?<=\\d(?:st|nd|rd|th))-(?=\\d)", match -> " to ");
    }

    private String date(String month, String day, String year) {
        String fullYear = year.length() == 4 ? year : (Integer.parseInt(year) < 50 ? "20" : "19") + year;
        return MONTH_NAMES.get(Integer.parseInt(month) - 1) + " " + numbers.ordinal(day) + yearAfter(fullYear);
    }

    private String yearAfter(String year) {
        return year == null ? "" : ", " + numbers.year(year);
    }

    private static String monthNamed(String start) {
        String lower = start.toLowerCase(Locale.ROOT).substring(0, 3);
        return MONTH_NAMES.stream()
                .filter(month -> month.startsWith(lower))
                .findFirst()
                .orElse(start);
    }

    private void times() {
        String half = HALF_DAY.replace("[AaPp]", "([AaPp])");
        rule(
                "(?<![\\d:])([01]?\\d|2[0-3]):([0-5]\\d)(?::([0-5]\\d))?(?![\\d:])" + half + "?",
                match -> clock(match.group(1), match.group(2), match.group(3), match.group(4)) + lastStop(match));
        rule(
                "\\b(1[0-2]|0?[1-9])" + half,
                match -> clock(match.group(1), "00", null, match.group(2)) + lastStop(match));
    }

    private String clock(String hour, String minute, String second, String half) {
        String hours = numbers.cardinal(hour.replaceFirst("^0(?=\\d)", ""));
        String minutes = minute.equals("00")
                ? half != null || second != null
                        ? ""
                        : Integer.parseInt(hour) > 12 || hour.startsWith("0") ? "hundred" : "o'clock"
                : below100(minute);
        return hours + " " + minutes
                + (second == null ? "" : " and " + numbers.number(second.replaceFirst("^0", "")) + " seconds")
                + (half == null ? "" : half.equalsIgnoreCase("a") ? " ay em" : " pee em");
    }

    /** Two digits as in times and codes: oh five, forty five. */
    private String below100(String digits) {
        return digits.startsWith("0") ? "oh " + numbers.cardinal(digits.substring(1)) : numbers.cardinal(digits);
    }

    private void telephones() {
        rule(
                "(?<![\\w.,-])(?:\\+?\\d{1,3}[-. ])?(?:\\(\\d{3}\\) ?|\\d{3}[-. ])\\d{3}[-.]\\d{4}(?![\\w-])",
                match -> groups(match.group()));
        rule("(?<![\\w.,-])\\d{3}-\\d{4}(?![\\w-])", match -> groups(match.group()));
        rule("(?<!\\w)\\+\\d{1,3}(?:[- ]?\\(?\\d{1,5}\\)?){2,6}(?!\\w)", match -> groups(match.group()));
    }

    private String groups(String number) {
        StringBuilder words = new StringBuilder(number.startsWith("+") ? "plus " : "");
        for (String group : number.split("\\D+")) {
            words.append(group.isEmpty() ? "" : numbers.digits(group) + ", ");
        }
        return words.toString().replaceFirst(", $", "");
    }

    private void abbreviations() {
        rewrite(
                "([$£€¥₹] ?" + NUMBER + "(?:k|[mb]n?)?|\\d ?(?:¢|" + UNIT + "))/(?=[a-z]{2})",
                match -> match.group(1) + " per ");
        rewrite("\\bper " + UNIT + UNIT_END, match -> "per " + unitNamed(match.group(1), true));
        rewrite("\\bsq\\.? (ft|mi|km|m)\\b", match -> match.group(1) + "²");
        rule("(?i)\\be\\.g\\.,?", match -> "for example,");
        rule("(?i)\\bi\\.e\\.,?", match -> "that is,");
        rule("\\bPh\\.?D(s?)\\b\\.?", match -> "pee aitch dee" + (match.group(1).isEmpty() ? "" : "'s"));
        rule("\\b(?i:vs)\\b\\.?", match -> "versus");
        rule("\\b(?:a\\.k\\.a\\.|aka)(?!\\w)", match -> "also known as");
        rule("(?<!\\w)w/o(?!\\w)", match -> "without");
        rule("(?<!\\w)w/(?= )", match -> "with");
        rule("\\b(?i:no)\\.(?= ?\\d)|\\bNos?\\.(?= ?\\d)", match -> "number");
        rule("\\bp\\.(?= ?\\d)", match -> "page");
        rule("\\bc\\.(?= ?\\d{3})", match -> "circa");
        road("St", "street");
        road("Dr", "drive");
        rule(
                "\\b(" + String.join("|", TITLES.keySet()) + ")(?:\\.(?= ?[A-Z])| (?=[A-Z][a-z]))",
                match -> TITLES.get(match.group(1)));
        rule("\\b(Mr|Mrs|Ms|Dr|Prof)\\.", match -> TITLES.get(match.group(1)));
        rewrite("\\bSts?\\.", match -> "street");
        rule("\\b(" + String.join("|", DAYS.keySet()) + ")\\.(?=,? +[A-Za-z0-9])", match -> DAYS.get(match.group(1)));
        rule(
                "\\b(?i:(jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec))\\.(" + NO_NAME + ")?",
                match -> monthNamed(match.group(1)) + (match.group(2) == null ? "" : lastStop(match)));
        // Initials with stops: U.S., J. R. R.
        rewrite(
                "\\b(?:[A-Z]\\.){2,}(?:[A-Z]\\b)?(?:s\\b)?(" + NO_NAME + ")?",
                match -> " " + spelled(match.group().replace(".", "")) + (match.group(1) == null ? "" : lastStop(match))
                        + " ");
        rewrite("(?<![°\\d])\\b([A-HJ-Z])\\.(?= ?[A-Z])", match -> " " + spelled(match.group(1)) + " ");
        rewrite(
                "\\b(?i)(" + String.join("|", LAST_ABBREVIATIONS.keySet()) + ")\\.",
                match -> LAST_ABBREVIATIONS.get(lower(match.group(1))) + lastStop(match));
        rewrite(
                "(?<!\\d)(?<!\\d )\\b((?i:" + String.join("|", ABBREVIATIONS.keySet()) + "))\\.(?= *[a-z0-9(])",
                match -> ABBREVIATIONS.get(lower(match.group(1))));
    }

    /** A road if a name stands before the abbreviation, a saint or a doctor if one stands behind it. */
    private void road(String abbreviation, String word) {
        String written = " " + abbreviation + "\\b\\.?+";
        rewrite(STREET + written, match -> match.group(1) + " " + word + stop(match));
        rewrite(
                "\\b(?!(?:An?|The|My|Your|His|Her|Our|Their)\\b)([A-Z][a-z]+)" + written + NO_NAME,
                match -> match.group(1) + " " + word + stop(match));
    }

    private static String lower(String word) {
        return word.toLowerCase(Locale.ROOT);
    }

    private static String stop(MatchResult match) {
        return match.group().endsWith(".") ? lastStop(match) : "";
    }

    /** The stop of what was matched, kept for {@link #signs} to judge by what follows. */
    private static String lastStop(MatchResult match) {
        return match.group().endsWith(".") ? "\u0001" : "";
    }

    private void romanNumbers() {
        rewrite("\\bWW(?=I{1,2}\\b)", match -> "World War ");
        rewrite("\\b((?:King|Queen|Pope|Emperor|Tsar) [A-Z][a-z]+) I\\b", match -> match.group(1) + " the first");
        rewrite("\\b(World War|Act|Scene|Division|Phase|Type) I\\b(?!')", match -> match.group(1) + " one");
        String noVerb = "\\b(?!'[a-rt-z])";
        rewrite(
                "\\b" + REIGNING + " " + ROMAN + noVerb,
                match -> roman(match, number -> "the " + numbers.ordinal(number)));
        rewrite("\\b" + NUMBERED + " " + ROMAN + noVerb, match -> roman(match, numbers::cardinal));
        rewrite(
                "\\b([A-Z][a-z]+) (X{0,2}(?:V?I{2,3}|IV|VI|IX|XI+))" + noVerb,
                match -> roman(match, numbers::cardinal));
    }

    private static String roman(MatchResult match, UnaryOperator<String> words) {
        int number = List.of(ROMAN_NUMBERS).indexOf(match.group(2));
        return number <= 0 ? match.group() : match.group(1) + " " + words.apply(Integer.toString(number));
    }

    private void money() {
        String magnitude = "(?: ?(k|K|m|M|mn|b|B|bn|t|tn)\\b| (thousand|million|billion|trillion)\\b)?";
        String amount = "(" + NUMBER + ")" + magnitude;
        rewrite("(?<![\\w.)])-(?=[$£€¥₹]\\d)", match -> " minus ");
        rule("(?:US)?([$£€¥₹]) ?" + amount + "(?:-\\1?" + amount + ")?", this::money);
        rule(
                "\\b(?:(" + NUMBER + ")-)?(" + NUMBER + ") ?([£€₹])",
                match -> (match.group(1) == null ? "" : numbers.number(match.group(1)) + " to ")
                        + numbers.number(match.group(2)) + " " + CURRENCIES.get(match.group(3))[1]);
        rewrite("(?<=\\d)(?:M|mn|bn)\\b", match -> magnitude(match.group(), null));
        rule("\\b(\\d+)\\s?¢", match -> numbers.number(match.group(1)) + " cents");
    }

    private String money(MatchResult match) {
        String[] names = CURRENCIES.get(match.group(1));
        String first = match.group(2);
        String firstMagnitude = magnitude(match.group(3), match.group(4));
        String last = match.group(5);
        String lastMagnitude = magnitude(match.group(6), match.group(7));
        if (last == null) {
            return amount(first, firstMagnitude, names);
        }
        boolean cents = first.contains(".") && firstMagnitude.isEmpty() && lastMagnitude.isEmpty();
        String from = cents
                ? amount(first, "", names)
                : numbers.number(first) + (firstMagnitude.equals(lastMagnitude) ? "" : firstMagnitude);
        return from + " to " + amount(last, lastMagnitude, names);
    }

    /** With a space before it; empty, if there is none. */
    private static String magnitude(String letters, String word) {
        return letters != null ? " " + MAGNITUDES.get(lower(letters)) : word != null ? " " + word : "";
    }

    private String amount(String number, String magnitude, String[] names) {
        String[] parts = number.replace(",", "").split("\\.");
        if (!magnitude.isEmpty() || parts.length != 2 || parts[1].length() != 2) {
            return numbers.number(number) + magnitude + " " + names[magnitude.isEmpty() && number.equals("1") ? 0 : 1];
        }
        String whole =
                parts[0].matches("0+") ? "" : numbers.cardinal(parts[0]) + " " + names[parts[0].equals("1") ? 0 : 1];
        String rest = parts[1].equals("00")
                ? ""
                : numbers.cardinal(parts[1].replaceFirst("^0", "")) + " " + names[parts[1].equals("01") ? 2 : 3];
        return whole.isEmpty()
                ? rest.isEmpty() ? "zero " + names[1] : rest
                : rest.isEmpty() ? whole : whole + " and " + rest;
    }

    private void quantities() {
        rule("\\b((?:1\\d|20)\\d0)'?s\\b", match -> numbers.plural(numbers.year(match.group(1))));
        rule("'?\\b([1-9]0)'?s\\b", match -> numbers.plural(numbers.cardinal(match.group(1))));
        rewrite("(?<=\\d) / (?=\\d)", match -> " divided by ");
        rewrite("(?<![\\w.)])-(?=\\.?\\d)", match -> " minus ");
        rewrite("(?<![\\w)])\\+(?=\\.?\\d)", match -> " plus ");
        rewrite("(?<!/)\\b(?:24/7|9/11|50/50)\\b(?!/)", match -> match.group().replace('/', ' '));
        rule(
                "\\b(\\d+) (\\d+)/(\\d+)\\b(?!/)(?: ?" + UNIT + UNIT_END + ")?",
                match -> numbers.cardinal(match.group(1)) + " and " + fraction(match.group(2), match.group(3))
                        + (match.group(4) == null ? "" : " " + unitNamed(match.group(4), false)));
        rule("(?<![/\\d])(\\d+)/(\\d+)\\b(?!/)", match -> fraction(match.group(1), match.group(2)));
        rule(
                "(" + NUMBER + ")(?:-| to )(" + NUMBER + ") ?" + UNIT + UNIT_END,
                match -> numbers.number(match.group(1)) + " to " + measured(match.group(2), match.group(3)));
        rule("(" + NUMBER + ") ?" + UNIT + UNIT_END, match -> measured(match.group(1), match.group(2)));
        rule(
                "(" + NUMBER + ")-" + UNIT + UNIT_END, // a 5-kg bag
                match -> numbers.number(match.group(1)) + " " + unitNamed(match.group(2), true));
        rewrite(
                "\\b(half|halves|thirds?|quarters?|eighths?) +" + UNIT + UNIT_END,
                match -> match.group(1) + " " + unitNamed(match.group(2), true));
        rule(
                "(?<![\\d.-])(\\d{4})-(\\d{4})(?![\\d-])",
                match -> yearOrNumber(match.group(1)) + " to " + yearOrNumber(match.group(2)));
        rule(
                "(?<![\\d.-])(1\\d{3}|20\\d\\d)-(\\d\\d)(?![\\d-])",
                match -> numbers.year(match.group(1)) + " to " + below100(match.group(2)));
        rule(
                "(?<![\\d-])(" + NUMBER + ")-(" + NUMBER + ")(?![\\d-])",
                match -> numbers.number(match.group(1)) + " to " + numbers.number(match.group(2)));
        rule(
                "(?<![\\d:])(\\d{1,3}):(\\d{1,3})(?![\\d:])",
                match -> numbers.number(match.group(1)) + " to " + numbers.number(match.group(2)));
        rewrite("(?<=\\d) ?[x*] ?(?=\\d)", match -> " times ");
        rewrite("(?<=\\d)x(?= [a-z])", match -> " times");
        rule("#(?=\\d)", match -> "number");
        rule("~(?=\\d)", match -> "about");
        rule("\\^2\\b", match -> "squared");
        rule("\\^3\\b", match -> "cubed");
        rule("\\^(?=\\w)", match -> "to the power of");
    }

    private String fraction(String numerator, String denominator) {
        if (numerator.length() > 3 || denominator.length() > 3 || Integer.parseInt(denominator) < 2) {
            return numbers.cardinal(numerator) + " over " + numbers.cardinal(denominator);
        }
        boolean one = Integer.parseInt(numerator) == 1;
        if (Integer.parseInt(numerator) >= Integer.parseInt(denominator)) {
            return numbers.cardinal(numerator) + " over " + numbers.cardinal(denominator);
        }
        String part =
                switch (denominator) {
                    case "2" -> one ? "half" : "halve";
                    case "4" -> "quarter";
                    default -> numbers.ordinal(denominator);
                };
        return (one ? "a" : numbers.cardinal(numerator)) + " " + part + (one ? "" : "s");
    }

    private String measured(String number, String unit) {
        return numbers.number(number) + " " + unitNamed(unit, number.equals("1"));
    }

    private static String unitNamed(String unit, boolean one) {
        if (unit.equals("%")) {
            return "percent";
        }
        String name = UNITS.get(unit);
        if (one || name.endsWith("hertz")) {
            return name;
        }
        int first = name.startsWith("square ") || name.startsWith("cubic ") || name.startsWith("kilowatt ")
                ? name.length()
                : (name + " ").indexOf(' ');
        return name.endsWith("foot")
                ? name.replace("foot", "feet")
                : name.substring(0, first) + "s" + name.substring(first);
    }

    private String yearOrNumber(String digits) {
        return isYear(digits) ? numbers.year(digits) : numbers.cardinal(digits);
    }

    private static boolean isYear(String digits) {
        return digits.matches("10[1-9]\\d|1[1-9]\\d\\d|20\\d\\d");
    }

    private void plainNumbers() {
        rule("'(\\d\\d)\\b", match -> below100(match.group(1)));
        rule(
                "\\b(\\d{1,3}(?:,\\d{3})+|\\d+)(?:st|nd|rd|th)\\b",
                match -> numbers.ordinal(match.group(1).replace(",", "")));
        rule("(?<![\\d.])\\d+(?:\\.\\d+){2,20}(?![\\w])", match -> {
            String[] parts = match.group().split("\\.");
            StringBuilder words = new StringBuilder(numbers.cardinal(parts[0]));
            for (int i = 1; i < parts.length; i++) {
                words.append(" point ").append(numbers.cardinal(parts[i]));
            }
            return words.toString();
        });
        rule("(?<![\\w.,])(\\d{4})(?![\\w]|[.,]\\d)", match -> yearOrNumber(match.group(1)));
        rule("(?<!\\d)\\.(\\d+)", match -> "point " + numbers.digits(match.group(1)));
        rule(NUMBER, match -> numbers.number(match.group()));
    }

    /** Initialisms are spelled, words in capitals are words. */
    private void capitals() {
        rewrite(
                "\\b([A-Z]{1,4})&([A-Z]{1,4})\\b",
                match -> " " + spelled(match.group(1)) + " and " + spelled(match.group(2)) + " ");
        // Among other words in capitals they are words.
        rewrite("\\b[A-Z]{2,12}(?: [A-Z]{2,12}){2,30}\\b", match -> Pattern.compile("[A-Z]*[AEIOUY][A-Z]*")
                .matcher(match.group())
                .replaceAll(word -> lower(word.group())));
        rewrite("(?<=[a-z])(?<!\\bMc)(?<!\\bMac(?!Book))(?=[A-Z])", match -> " "); // camelCase, not McDonald
        rule("\\b([A-Z]{2,6})(s|'s|'S)?\\b(?!')", match -> initials(match.group(1), match.group(2)));
        rule("\\b([B-HJ-Z])(?![\\w'])", match -> spelled(match.group(1)));
        rule(
                "(?<!')\\b(?i:([b-df-hj-np-tv-xz]{2,5}))\\b(?!')",
                match -> isSaid(match.group()) ? match.group() : spelled(match.group(1)));
    }

    /** Without vowels, yet words. */
    private static boolean isSaid(String word) {
        return Set.of("hmm", "hm", "shh", "sh", "psst", "brr", "mr", "mrs", "ms", "nth", "tsk", "pfft", "zzz", "grr")
                .contains(lower(word));
    }

    private static String initials(String capitals, String ending) {
        String end = ending == null ? "" : ending.toLowerCase(Locale.ROOT);
        boolean word = ACRONYMS.contains(capitals)
                || capitals.length() > 3 && capitals.matches("(?!.*[^AEIOUY]{4})[A-Z]*[AEIOU][A-Z]*")
                || SHORT_WORDS.contains(capitals);
        if (word) {
            return lower(capitals) + end;
        }
        return end.isEmpty() ? spelled(capitals) : spelled(capitals) + (end.equals("s") ? "'s" : end);
    }

    private static String spelled(String letters) {
        StringBuilder words = new StringBuilder();
        for (char c : letters.toUpperCase(Locale.ROOT).toCharArray()) {
            words.append(words.isEmpty() ? "" : " ").append(LETTER_NAMES[c - 'A']);
        }
        return words.toString();
    }

    private void signs() {
        rewrite("\u0001(?=\\s*(?:$|[A-Z\"(]))", match -> ". ");
        rewrite("\u0001", match -> " ");
        rule("&", match -> "and");
        rule("@", match -> "at");
        rule("#(?=[A-Za-z])", match -> "hashtag");
        rule("%", match -> "percent");
        rule("\\+", match -> "plus");
        rule("=", match -> "equals");
        rule("(?<= )<(?= )", match -> "less than");
        rule("(?<= )>(?= )", match -> "greater than");
        rule("°", match -> "degrees");
        rule("²", match -> "squared");
        rule("³", match -> "cubed");
        rule("\\$", match -> "dollars");
        rule("€", match -> "euros");
        rule("£", match -> "pounds");
        rewrite("[(\\[{]|[)\\]}]", match -> ", ");
        rewrite("(?<![a-zA-Z])'|'(?![a-zA-Z])", match -> " ");
        rewrite(":", match -> ";");
        rewrite("\\.{2,}", match -> ".");
    }
}
